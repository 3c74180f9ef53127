// Raw ends of connections for the tests: bytes in, bytes out, no HTTP knowledge.
import Core
import HTTP
import Reactor

enum Wire {
    /// Two reactors for all tests of this target.
    static let group: ReactorGroup = {
        do throws(Failure) {
            return try ReactorGroup(count: 2)
        } catch {
            preconditionFailure("no reactors: \(error.message)")
        }
    }()

    static var reactors: [Reactor] { group.reactors }

    static var loopback: SocketAddress {
        guard let address = SocketAddress(host: "127.0.0.1", port: 0) else {
            preconditionFailure("a literal")
        }
        return address
    }

    static func address(_ port: UInt16) -> SocketAddress {
        var address = loopback
        address.port = port
        return address
    }

    /// Runs the body on a reactor and hands its result back.
    static func on<T: Sendable>(
        _ index: Int = 0, _ body: @escaping @Sendable (Reactor) async throws -> T
    ) async throws -> T {
        let reactor = reactors[index]
        return try await withCheckedThrowingContinuation { continuation in
            reactor.run {
                do {
                    continuation.resume(returning: try await body(reactor))
                } catch {
                    continuation.resume(throwing: error)
                }
            }
        }
    }
}

/// One end of a connection. On its reactor only.
struct RawPeer: Sendable {
    let stream: ByteStream
    static let patience: UInt64 = 5_000_000_000

    init(_ stream: ByteStream) {
        self.stream = stream
    }

    static func connect(
        _ port: UInt16, on reactor: Reactor, tls: TLSClient? = nil
    ) async throws -> RawPeer {
        RawPeer(
            try await ByteStream.connect(
                Wire.address(port), on: reactor, tls: tls,
                serverName: tls == nil ? nil : "localhost", deadlineNanoseconds: deadline))
    }

    static var deadline: UInt64 { Clock.live.monotonicNanoseconds() + patience }

    func send(_ text: String) async throws { try await send(Array(text.utf8)) }

    func send(_ bytes: [UInt8]) async throws {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = try rest.withUnsafeBytes { try stream.write($0) }
            rest = rest.dropFirst(count)
            if !rest.isEmpty { try await stream.waitWritable(deadlineNanoseconds: Self.deadline) }
        }
    }

    /// What comes next; nil at the end.
    func receive() async throws -> String? {
        var bytes = [UInt8](repeating: 0, count: 65536)
        while true {
            switch try bytes.withUnsafeMutableBytes({ try stream.read(into: $0) }) {
            case .bytes(let count): return String(decoding: bytes[..<count], as: UTF8.self)
            case .end: return nil
            case .wouldBlock:
                try await stream.waitReadable(deadlineNanoseconds: Self.deadline)
            }
        }
    }

    /// Everything until it ends with the text; what came when the peer ended before.
    func receive(until end: String) async throws -> String {
        var whole = ""
        while !whole.utf8.elementsEqual(end.utf8), !whole.hasSuffix(end) {
            guard let piece = try await receive() else { return whole + "<end>" }
            whole += piece
        }
        return whole
    }

    /// Everything until the peer ends or breaks the connection.
    func receiveAll() async throws -> String {
        var whole = ""
        do {
            while let piece = try await receive() { whole += piece }
        } catch let failure as Failure where failure.code == .unavailable {
            return whole + "<reset>"
        }
        return whole
    }
}

/// A server that does exactly what its script says, once per connection.
final class ScriptedServer: Sendable {
    private let listeners: [Listener]

    init(
        tls: TLSServer? = nil, _ script: @escaping @Sendable (RawPeer, Int) async throws -> Void
    ) throws {
        let count = Locked(0)
        listeners = try Listener.start(
            on: Wire.loopback, reactors: [Wire.reactors[1]], tls: tls
        ) { stream in
            let number = count.withLock { value in
                value += 1
                return value
            }
            Wire.reactors[1].run {
                do {
                    try await script(RawPeer(stream), number)
                } catch {
                    // The test sees it from its own end.
                }
                stream.close()
            }
        }
    }

    var port: UInt16 { listeners[0].address.port }

    func stop() { for listener in listeners { listener.close() } }
}
