public import Reactor

/// A request as the server hands it to its handler. Everything in it passed the strict grammar.
public struct Request: Sendable {
    /// The HTTP versions that are spoken.
    public enum Version: Sendable, Equatable {
        case http10, http11
    }

    public var method: Method
    public var target: Target
    public var version: Version
    public var headers: Headers
    /// The body, streamed or already there. To be read by the handler's task only.
    public let body: RequestBody
    /// The other end of the connection: a proxy's address where one stands in front.
    public var peer: SocketAddress
    public var isTLS: Bool
    let presence: (any ClientPresence)?

    init(
        method: Method, target: Target, version: Version, headers: Headers, body: RequestBody,
        peer: SocketAddress, isTLS: Bool, presence: (any ClientPresence)?
    ) {
        self.method = method
        self.target = target
        self.version = version
        self.headers = headers
        self.body = body
        self.peer = peer
        self.isTLS = isTLS
        self.presence = presence
    }

    /// Runs `action` once, on the connection's reactor, if the client disconnects before the
    /// response is complete; at once if it is gone already. Call it from the handler's task.
    public func onClientGone(_ action: @escaping @Sendable () -> Void) {
        presence?.onClientGone(action)
    }
}

/// Who knows whether the client of a request is still there: a live connection, or the
/// in-process client of the tests.
protocol ClientPresence: AnyObject, Sendable {
    func onClientGone(_ action: @escaping @Sendable () -> Void)
}
