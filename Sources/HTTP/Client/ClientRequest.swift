public import Core

/// How long each step of a request may take.
public struct ClientTimeouts: Sendable, Equatable {
    /// Resolving, connecting and the TLS handshake.
    public var connectNanoseconds = Limits.clientConnectNanoseconds
    /// From the request's last byte to the end of the response's head.
    public var headNanoseconds = Limits.clientHeadNanoseconds
    /// Between two pieces of the response's body.
    public var bodyIdleNanoseconds = Limits.clientBodyIdleNanoseconds
    /// While the server takes nothing of the request.
    public var writeStallNanoseconds = Limits.httpWriteStallNanoseconds
    /// For a place among the connections to the destination.
    public var poolWaitNanoseconds = Limits.clientPoolWaitNanoseconds

    public init() {}
}

/// A request to a server. `Host`, framing and connection fields are the client's own; those among
/// `headers` are left out.
public struct ClientRequest: Sendable {
    public var destination: Destination
    public var method: Method
    /// Path and query: checked when sent.
    public var target: [UInt8]
    public var headers: Headers
    public var body: [UInt8]
    public var timeouts: ClientTimeouts
    /// Whether sending it twice does what sending it once does. Only then is it sent again when a
    /// kept connection turns out to be dead after bytes went out.
    public var isIdempotent: Bool
    /// Lets someone else end the request at any time.
    public var cancellation: Cancellation?

    public init(
        _ method: Method, _ destination: Destination, target: [UInt8],
        headers: Headers = Headers(), body: [UInt8] = [], timeouts: ClientTimeouts = .init(),
        isIdempotent: Bool? = nil, cancellation: Cancellation? = nil
    ) {
        self.destination = destination
        self.method = method
        self.target = target
        self.headers = headers
        self.body = body
        self.timeouts = timeouts
        self.isIdempotent = isIdempotent ?? (method == .get || method == .head)
        self.cancellation = cancellation
    }
}

/// Why a request has no response, and whether the server may have acted on it all the same.
public struct ClientFailure: Error, Sendable {
    /// `timeout`, `upstreamUnavailable`, `upstreamInvalid`, `cancelled`, `forbidden` (the address
    /// may not be dialled) or `invalid`.
    public let failure: Failure
    /// Whether any byte of the request may have reached the server: the outcome is then unknown.
    public let requestSent: Bool

    public init(_ failure: Failure, requestSent: Bool) {
        self.failure = failure
        self.requestSent = requestSent
    }
}

/// Ends a request from outside: closes its connection, wherever the request stands. From any
/// thread; once is enough, and it stays cancelled.
public final class Cancellation: Sendable {
    private struct State {
        var isCancelled = false
        var action: (@Sendable () -> Void)?
    }

    private let state = Locked(State())

    public init() {}

    public var isCancelled: Bool { state.withLock { $0.isCancelled } }

    public func cancel() {
        let action = state.withLock { state -> (@Sendable () -> Void)? in
            state.isCancelled = true
            defer { state.action = nil }
            return state.action
        }
        action?()
    }

    /// Sets what cancelling does now; runs it at once if it was cancelled already.
    func onCancel(_ action: (@Sendable () -> Void)?) {
        let isCancelled = state.withLock { state -> Bool in
            state.action = state.isCancelled ? nil : action
            return state.isCancelled
        }
        if isCancelled { action?() }
    }
}
