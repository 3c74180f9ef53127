internal import CSys
internal import Core

/// What to be told of a descriptor.
public struct Interest: OptionSet, Sendable {
    public let rawValue: UInt32
    public init(rawValue: UInt32) { self.rawValue = rawValue }

    public static let readable = Interest(rawValue: 1)
    public static let writable = Interest(rawValue: 2)
}

/// What a descriptor is ready for.
public struct Readiness: OptionSet, Sendable {
    public let rawValue: UInt32
    public init(rawValue: UInt32) { self.rawValue = rawValue }

    public static let readable = Readiness(rawValue: 1)
    public static let writable = Readiness(rawValue: 2)
    /// The peer will send nothing more.
    public static let peerClosed = Readiness(rawValue: 4)
    /// Both directions are gone or the socket failed; reported whatever the interest.
    public static let hungUp = Readiness(rawValue: 8)
}

/// A descriptor of someone else (libpq's, a pipe's) in a reactor's epoll set, level-triggered.
/// Lives until `cancel`; cancel before the descriptor is closed. Loop thread only.
// SAFETY: used by its reactor's thread only, which every method checks in debug builds.
public final class Watch: @unchecked Sendable {
    private let reactor: Reactor
    private let fd: Int32
    private var token: UInt64?
    private var interest: Interest
    private var onReady: ((Readiness) -> Void)?

    init(reactor: Reactor, fd: Int32, interest: Interest, onReady: @escaping (Readiness) -> Void) {
        self.reactor = reactor
        self.fd = fd
        self.interest = interest
        self.onReady = onReady
    }

    /// Whether the descriptor is still watched.
    public var isActive: Bool { token != nil }

    /// Changes what the callback is called for. An empty interest still reports `hungUp`.
    public func update(_ interest: Interest) {
        reactor.preconditionOnLoop()
        guard let token, interest != self.interest else { return }
        self.interest = interest
        let code = bw_epoll_modify(reactor.epoll, fd, interest.rawValue, token)
        precondition(code == 0, "a watched descriptor was closed before its watch was cancelled")
    }

    /// Ends the watch: the callback is released and never called again.
    public func cancel() {
        reactor.preconditionOnLoop()
        guard let token else { return }
        self.token = nil
        onReady = nil
        _ = bw_epoll_remove(reactor.epoll, fd)
        reactor.watches.remove(token)
    }

    func register() throws(Failure) {
        let token = reactor.watches.insert(.watch(self))
        let code = bw_epoll_add(reactor.epoll, fd, interest.rawValue, token)
        guard code == 0 else {
            reactor.watches.remove(token)
            throw Failure.system(code, "cannot watch a descriptor")
        }
        self.token = token
    }

    func ready(_ flags: UInt32) {
        onReady?(Readiness(rawValue: flags))
    }
}
