// What an idle connection costs this process. The other end has no memory of its own here (a bare
// descriptor), or, under TLS, as much again.
import Core
import Glibc
import Testing

@testable import Reactor

@Suite struct IdleMemoryTests {
    /// Bytes a connection: the median of five steps in a row. Other tests allocate meanwhile, so
    /// steps go on until five quiet ones were had or it is clear that none come. Earlier
    /// connections stay open: memory that was used before would look free.
    private static func bytesEach(
        limit: Int, step count: Int, _ open: (Int) async throws -> Void
    ) async throws -> Int {
        var limits = rlimit()
        getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limits)
        limits.rlim_cur = limits.rlim_max
        setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limits)
        var growth: [Int] = []
        var median = Int.max
        while growth.count < 25, median > limit {
            let before = residentBytes()
            try await open(count)
            growth.append((residentBytes() - before) / count)
            if growth.count >= 5 { median = growth.suffix(5).sorted()[2] }
            await Reactor.current?.sleep(nanoseconds: 20_000_000)
        }
        return median
    }

    private static func residentBytes() -> Int {
        var pages: [Int] = []
        guard let file = fopen("/proc/self/statm", "re") else { return 0 }
        defer { fclose(file) }
        var line = [CChar](repeating: 0, count: 256)
        if fgets(&line, 256, file) != nil {
            let text = line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
            pages = text.split(separator: 32).compactMap {
                Int(String(decoding: $0, as: UTF8.self))
            }
        }
        return pages.count > 1 ? pages[1] * Int(sysconf(Int32(_SC_PAGESIZE))) : 0
    }

    private static func connect(_ port: UInt16) -> Int32 {
        let fd = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        let result = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Glibc.connect(fd, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        #expect(result == 0)
        return fd
    }

    @Test func aPlainOneCostsAtMostOneKibibyte() async throws {
        try await onReactor { group in
            let accepted = Locked(0)
            let listener = try Listener.start(on: loopback, reactors: group.reactors) { stream in
                accepted.withLock { $0 += 1 }
                stream.onReadable { stream.close() }
                stream.onPeerClosed { stream.close() }
            }[0]
            var clients: [Int32] = []
            let cost = try await Self.bytesEach(limit: 1024, step: 100) { count in
                for _ in 0..<count { clients.append(Self.connect(listener.address.port)) }
                while accepted.withLock({ $0 }) < clients.count {
                    await group.reactors[0].sleep(nanoseconds: 1_000_000)
                }
            }
            #expect(cost <= 1024)
            for client in clients { close(client) }
            while listener.connectionCount > 0 {
                await group.reactors[0].sleep(nanoseconds: 1_000_000)
            }
            listener.close()
        }
    }

    @Test func aTLSOneCostsAtMostFortyKibibytes() async throws {
        try await onReactor { group in
            let listener = try Listener.start(
                on: loopback, reactors: group.reactors, tls: Transport.tls.server()
            ) { answerOnce($0) }[0]
            let client = try Transport.tls.client()
            var streams: [ByteStream] = []
            let cost = try await Self.bytesEach(limit: 2 * 40 * 1024, step: 10) { count in
                for _ in 0..<count {
                    let stream = try await ByteStream.connect(
                        listener.address, on: group.reactors[0], tls: client,
                        serverName: "localhost", deadlineNanoseconds: moment(afterSeconds: 20))
                    try await stream.writeAll([1])
                    #expect(try await stream.readSome(16) == [1])
                    streams.append(stream)
                }
            }
            // Both ends are ours.
            #expect(cost <= 2 * 40 * 1024)
            for stream in streams { stream.close() }
        }
    }
}

/// Writes back what comes first, then rests without a task.
private func answerOnce(_ stream: ByteStream) {
    stream.reactor.run {
        guard let some = try? await stream.readSome(16), !some.isEmpty else {
            return stream.close()
        }
        try? await stream.writeAll(some)
        stream.onReadable { answerOnce(stream) }
    }
}
