internal import CSys
public import Core

/// Accepts connections on one reactor. Each reactor has its own socket on the shared port
/// (SO_REUSEPORT), so a connection never changes threads. It lives until `close`.
// SAFETY: what is not `let` is used on the reactor's thread only, once `start` sent it there.
public final class Listener: @unchecked Sendable {
    /// Bounds of what strangers can make it hold.
    public struct Options: Sendable {
        /// Connections not yet accepted, a socket.
        public var backlog = 1024
        /// Open connections of all reactors together; more wait in the backlog.
        public var connectionsMax = 50_000
        /// For the TLS handshake.
        public var handshakeNanoseconds: UInt64 = 10_000_000_000

        public init() {}
    }

    /// Where it listens, with the real port.
    public let address: SocketAddress
    public let reactor: Reactor

    private let fd: Int32
    private let tls: TLSServer?
    private let connectionsMax: Int
    private let handshakeNanoseconds: UInt64
    private let report: @Sendable (Failure) -> Void
    private let accept: @Sendable (ByteStream) -> Void
    private var watch: Watch?
    private var isPaused = false
    private var isClosed = false
    private var connections = 0

    /// Accepted in one go before other descriptors have their turn.
    private static let burst = 64
    private static let pauseNanoseconds: UInt64 = 100_000_000

    /// Listens on every reactor. Port 0 takes a free port, the same for all. `accept` is called
    /// on the reactor's thread with a connection that is ready for use (after the handshake, with
    /// TLS) and must close it in the end; `report` gets what went wrong without a caller: no
    /// descriptors left. Fails with `.unavailable` when the port is taken or the address is not
    /// this machine's.
    public static func start(
        on address: SocketAddress, reactors: [Reactor], tls: TLSServer? = nil,
        options: Options = Options(), report: @escaping @Sendable (Failure) -> Void = { _ in },
        accept: @escaping @Sendable (ByteStream) -> Void
    ) throws(Failure) -> [Listener] {
        precondition(!reactors.isEmpty, "a listener needs a reactor")
        let (fds, bound) = try bind(address, count: reactors.count, backlog: options.backlog)
        let share = max(1, (options.connectionsMax + reactors.count - 1) / reactors.count)
        return zip(fds, reactors).map { fd, reactor in
            let listener = Listener(
                fd: fd, address: bound, reactor: reactor, tls: tls, connectionsMax: share,
                handshakeNanoseconds: options.handshakeNanoseconds, report: report, accept: accept)
            reactor.perform { listener.begin() }
            return listener
        }
    }

    private init(
        fd: Int32, address: SocketAddress, reactor: Reactor, tls: TLSServer?, connectionsMax: Int,
        handshakeNanoseconds: UInt64, report: @escaping @Sendable (Failure) -> Void,
        accept: @escaping @Sendable (ByteStream) -> Void
    ) {
        self.fd = fd
        self.address = address
        self.reactor = reactor
        self.tls = tls
        self.connectionsMax = connectionsMax
        self.handshakeNanoseconds = handshakeNanoseconds
        self.report = report
        self.accept = accept
    }

    deinit {
        if !isClosed { bw_close(fd) }
    }

    /// Accepts nothing more; connections stay. From any thread.
    public func close() {
        reactor.perform { self.end() }
    }

    /// Open connections. On the reactor's thread.
    public var connectionCount: Int {
        reactor.preconditionOnLoop()
        return connections
    }

    // MARK: binding

    private static func bind(
        _ address: SocketAddress, count: Int, backlog: Int
    ) throws(Failure) -> ([Int32], SocketAddress) {
        var raw = address.raw
        // SO_REUSEPORT would let two processes of one user share the port without a word.
        let probe = bw_tcp_probe(&raw)
        guard probe == 0 else { throw cannotListen(address, probe) }
        var fds: [Int32] = []
        for _ in 0..<count {
            var code = bw_tcp_listen(&raw, Int32(backlog))
            if code >= 0 {
                fds.append(code)
                code = bw_socket_local(code, &raw)
            }
            guard code >= 0 else {
                fds.forEach(bw_close)
                throw cannotListen(address, code)
            }
        }
        return (fds, SocketAddress(raw))
    }

    private static func cannotListen(_ address: SocketAddress, _ code: Int32) -> Failure {
        if bw_address_in_use(code) == 1 {
            return Failure(
                .unavailable,
                "port \(address.port) on \(address.host) is taken: stop the other process or set "
                    + "server.listen to another port")
        }
        return Failure(.unavailable, "cannot listen on \(address): \(errorText(code))")
    }

    // MARK: accepting

    private func begin() {
        guard !isClosed else { return }
        watch = reactor.watch(fd, .readable) { _ in self.acceptBurst() }
    }

    private func end() {
        guard !isClosed else { return }
        isClosed = true
        watch?.cancel()
        watch = nil
        bw_close(fd)
    }

    private func acceptBurst() {
        for _ in 0..<Self.burst where !isClosed {
            guard connections < connectionsMax else {
                watch?.update([])
                return
            }
            var peer = bw_address()
            let accepted = bw_tcp_accept(fd, &peer)
            if accepted >= 0 {
                take(accepted, SocketAddress(peer))
            } else if bw_would_block(accepted) == 1 {
                return
            } else if bw_out_of_descriptors(accepted) == 1 {
                return pause(accepted)
            }
            // Anything else concerns that one connection, which is gone (accept(2)).
        }
    }

    /// Out of descriptors or memory: the connection would be reported again at once, for ever.
    private func pause(_ code: Int32) {
        report(Failure.system(code, "cannot accept a connection; trying again in 100 ms"))
        isPaused = true
        watch?.update([])
        reactor.timer(afterNanoseconds: Self.pauseNanoseconds) {
            self.isPaused = false
            self.resumeIfPossible()
        }
    }

    private func resumeIfPossible() {
        guard !isPaused, connections < connectionsMax else { return }
        watch?.update(.readable)
    }

    private func take(_ fd: Int32, _ peer: SocketAddress) {
        let stream: ByteStream
        do {
            stream = try ByteStream(
                fd: fd, peer: peer, reactor: reactor, listener: self, writable: true)
        } catch {
            return report(error)
        }
        connections += 1
        guard let tls else { return accept(stream) }
        do {
            stream.tls = try tls.attach(to: fd)
        } catch {
            report(error)
            return stream.close()
        }
        let deadline = reactor.turnNanoseconds + handshakeNanoseconds
        reactor.run { [accept] in
            do {
                try await stream.handshake(deadline)
            } catch {
                // A stranger's handshake that fails is the stranger's matter.
                return stream.close()
            }
            accept(stream)
        }
    }

    func connectionClosed() {
        connections -= 1
        if connections == connectionsMax - 1 { resumeIfPossible() }
    }
}
