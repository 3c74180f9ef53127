internal import COpenSSL
internal import CSys
internal import Core

/// What a read found.
public enum ReadResult: Sendable, Equatable {
    /// This many bytes, at least one.
    case bytes(Int)
    /// Nothing yet: wait until the stream is readable.
    case wouldBlock
    /// The peer sends nothing more, and over TLS it said so.
    case end
}

/// A TCP connection, with TLS or without. It lives from `connect` or a listener until `close`,
/// which must be called: nothing else closes the descriptor.
///
/// While nobody waits it costs this object and a place in the epoll set: no task, no buffer. Its
/// descriptor is registered once, edge-triggered, and the two flags say what may be tried.
/// Everything fails with `.unavailable` (the connection broke), `.timeout` or `.cancelled` (it was
/// closed here). Deadlines are moments of `Clock.live.monotonicNanoseconds`.
// SAFETY: used on its reactor's thread only, which every method checks in debug builds.
public final class ByteStream: @unchecked Sendable {
    struct State: OptionSet {
        let rawValue: UInt16

        /// A read may succeed; a write may succeed.
        static let readable = State(rawValue: 1)
        static let writable = State(rawValue: 2)
        /// The peer sends nothing more.
        static let peerClosed = State(rawValue: 4)
        static let closed = State(rawValue: 16)
        /// `closeWrite` was called; what TLS has to say for it did not fit yet.
        static let writeClosed = State(rawValue: 32)
        static let closeNotifyPending = State(rawValue: 64)
        /// TLS failed: OpenSSL must not be asked for anything more.
        static let broken = State(rawValue: 128)
        /// TLS must write before it can read, or read before it can write.
        static let readWantsWrite = State(rawValue: 256)
        static let writeWantsRead = State(rawValue: 512)
    }

    enum Wake { case ready, timeout, closed }

    public let reactor: Reactor
    /// The other end.
    public let peer: SocketAddress
    let fd: Int32
    private var token: UInt64 = 0
    var state: State
    /// The TLS connection, when there is one.
    var tls: OpaquePointer?

    var readWaiter: UnsafeContinuation<Wake, Never>?
    var writeWaiter: UnsafeContinuation<Wake, Never>?
    var readDeadline = UInt64.max
    var writeDeadline = UInt64.max
    var timer: TimerToken?
    var timerDeadline = UInt64.max
    var readableCallback: (() -> Void)?
    var peerClosedCallback: (() -> Void)?
    /// Counts its connections; nil for an outgoing one.
    private var listener: Listener?

    /// Takes the descriptor over; closes it when it cannot be watched.
    init(
        fd: Int32, peer: SocketAddress, reactor: Reactor, listener: Listener?, writable: Bool
    ) throws(Failure) {
        reactor.preconditionOnLoop()
        self.fd = fd
        self.peer = peer
        self.reactor = reactor
        self.listener = listener
        state = writable ? .writable : []
        token = reactor.watches.insert(.stream(self))
        let flags = BW_READABLE | BW_WRITABLE | BW_PEER_CLOSED | BW_EDGE
        let code = bw_epoll_add(reactor.epoll, fd, flags, token)
        guard code == 0 else {
            reactor.watches.remove(token)
            bw_close(fd)
            state = .closed
            throw Failure.system(code, "cannot watch a connection")
        }
    }

    public var isTLS: Bool { tls != nil }
    public var isClosed: Bool { state.contains(.closed) }
    /// The peer will send nothing more, whether or not that was read yet. A TLS peer that closed
    /// only its TLS side is not known here.
    public var isPeerClosed: Bool { state.contains(.peerClosed) }

    /// Ends the connection at once; over TLS it is said so first, if that fits. Whoever waits
    /// gets `.cancelled`; callbacks are dropped. A second call does nothing.
    public func close() {
        reactor.preconditionOnLoop()
        guard !state.contains(.closed) else { return }
        if let tls {
            if state.isDisjoint(with: [.broken, .writeClosed]) { _ = bw_tls_close_write(tls) }
            bw_tls_free(tls)
            self.tls = nil
        }
        state.insert(.closed)
        if let timer { reactor.cancel(timer) }
        timer = nil
        _ = bw_epoll_remove(reactor.epoll, fd)
        reactor.watches.remove(token)
        bw_close(fd)
        readableCallback = nil
        peerClosedCallback = nil
        wakeReader(.closed)
        wakeWriter(.closed)
        listener?.connectionClosed()
        listener = nil
    }

    /// Sends nothing more; the peer reads an end after what was written. Reading goes on.
    public func closeWrite() {
        reactor.preconditionOnLoop()
        guard state.isDisjoint(with: [.closed, .writeClosed]) else { return }
        state.insert(.writeClosed)
        finishCloseWrite()
    }

    private func finishCloseWrite() {
        if let tls, !state.contains(.broken) {
            let result = bw_tls_close_write(tls)
            if result == BW_TLS_WANT_WRITE.rawValue {
                state.insert(.closeNotifyPending)
                return
            }
        }
        state.remove(.closeNotifyPending)
        _ = bw_socket_close_write(fd)
    }

    /// An event of the epoll set.
    func ready(_ flags: UInt32) {
        if flags & (BW_PEER_CLOSED | BW_HUNG_UP) != 0, !state.contains(.peerClosed) {
            state.insert(.peerClosed)
            if let callback = peerClosedCallback {
                peerClosedCallback = nil
                callback()
            }
        }
        guard !state.contains(.closed) else { return }
        let incoming = flags & (BW_READABLE | BW_PEER_CLOSED | BW_HUNG_UP) != 0
        let outgoing = flags & (BW_WRITABLE | BW_HUNG_UP) != 0
        if outgoing, state.contains(.closeNotifyPending) { finishCloseWrite() }
        if outgoing || incoming && state.contains(.writeWantsRead), !state.contains(.closed) {
            state.insert(.writable)
            state.remove(.writeWantsRead)
            wakeWriter(.ready)
        }
        if incoming || outgoing && state.contains(.readWantsWrite), !state.contains(.closed) {
            state.insert(.readable)
            state.remove(.readWantsWrite)
            wakeReader(.ready)
            deliverReadable()
        }
    }
}
