// What the stream tests share: moments, whole reads and writes, an echoing listener.
import Core
import Glibc
import Testing

@testable import Reactor

func moment(afterSeconds seconds: Double) -> UInt64 {
    Clock.live.monotonicNanoseconds() + UInt64(seconds * 1e9)
}

/// Runs the body as a task of a reactor of its own and waits for it.
func onReactor<R: Sendable>(
    count: Int = 1, _ body: @escaping @Sendable (ReactorGroup) async throws -> R
) async throws -> R {
    let group = try ReactorGroup(count: count)
    defer { group.shutdown() }
    let first = group.reactors[0]
    return try await Task(executorPreference: first) { try await body(group) }.value
}

let loopback = SocketAddress(host: "127.0.0.1", port: 0)!

extension ByteStream {
    private func writeOnce(_ bytes: [UInt8], from start: Int) throws(Failure) -> Int {
        let result: Result<Int, Failure> = bytes.withUnsafeBytes { buffer in
            Result { () throws(Failure) -> Int in
                try write(UnsafeRawBufferPointer(rebasing: buffer[start...]))
            }
        }
        return try result.get()
    }

    private func readOnce(_ bytes: inout [UInt8]) throws(Failure) -> ReadResult {
        let result: Result<ReadResult, Failure> = bytes.withUnsafeMutableBytes { buffer in
            Result { () throws(Failure) -> ReadResult in try read(into: buffer) }
        }
        return try result.get()
    }

    func writeAll(_ bytes: [UInt8]) async throws(Failure) {
        var done = 0
        while done < bytes.count {
            done += try writeOnce(bytes, from: done)
            if done < bytes.count {
                try await waitWritable(deadlineNanoseconds: moment(afterSeconds: 20))
            }
        }
    }

    /// At most `max` bytes; empty at the end.
    func readSome(_ max: Int = 65_536, seconds: Double = 20) async throws(Failure) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: max)
        while true {
            let result = try readOnce(&bytes)
            switch result {
            case .bytes(let count): return Array(bytes[..<count])
            case .end: return []
            case .wouldBlock:
                try await waitReadable(deadlineNanoseconds: moment(afterSeconds: seconds))
            }
        }
    }

    func readToEnd() async throws(Failure) -> [UInt8] {
        var all: [UInt8] = []
        while true {
            let some = try await readSome()
            if some.isEmpty { return all }
            all += some
        }
    }
}

/// Plain, or TLS with the test certificates.
enum Transport: CaseIterable, Sendable {
    case plain, tls

    func server() throws -> TLSServer? {
        guard self == .tls else { return nil }
        let files = Certificates.shared
        return try TLSServer(
            certificateFile: files.path("local.pem"), keyFile: files.path("local.key"))
    }

    func client() throws -> TLSClient? {
        guard self == .tls else { return nil }
        return try TLSClient(authoritiesFile: Certificates.shared.path("ca.pem"))
    }
}

/// A listener whose connections each run the body, then close.
func listening(
    _ group: ReactorGroup, tls: TLSServer? = nil, options: Listener.Options = .init(),
    _ body: @escaping @Sendable (ByteStream) async throws -> Void
) throws -> [Listener] {
    try Listener.start(on: loopback, reactors: group.reactors, tls: tls, options: options) {
        stream in
        stream.reactor.run {
            try? await body(stream)
            stream.close()
        }
    }
}

func echo(_ stream: ByteStream) async throws {
    while true {
        let some = try await stream.readSome()
        if some.isEmpty { return stream.closeWrite() }
        try await stream.writeAll(some)
    }
}

/// The failure the body ends with; nil when it succeeds.
func failure(_ body: () async throws -> Void) async -> Failure? {
    do {
        try await body()
        return nil
    } catch {
        return error as? Failure
    }
}

/// Whether TCP_NODELAY is set.
func noDelay(_ fd: Int32) -> Bool {
    var value: Int32 = 0
    var size = socklen_t(MemoryLayout<Int32>.size)
    return getsockopt(fd, Int32(IPPROTO_TCP), TCP_NODELAY, &value, &size) == 0
        && value != 0
}
