internal import Core
public import Reactor

/// Sends requests to a server's handler without sockets. What the wire would refuse is refused
/// here too: both messages go through the codec as bytes, and a body that the handler cuts short
/// is a failure. The whole response is collected before `send` returns.
public struct InProcessClient: RequestSender {
    private let reactor: Reactor
    private let handler: HTTPServer.Handler
    private let clock: Clock

    public init(reactor: Reactor, handler: @escaping HTTPServer.Handler) {
        self.reactor = reactor
        self.handler = handler
        self.clock = .live
    }

    /// Runs the handler on the reactor. From anywhere.
    public func send(_ request: ClientRequest) async throws(ClientFailure) -> ClientResponse {
        let result = await withUnsafeContinuation { continuation in
            reactor.run { continuation.resume(returning: await exchange(request)) }
        }
        return try result.get()
    }

    private func exchange(_ request: ClientRequest) async -> Result<ClientResponse, ClientFailure> {
        do throws(CodecError) {
            let (head, body) = try parse(request)
            let client = InProcessExchange()
            request.cancellation?.onCancel { [reactor] in reactor.perform { client.leave() } }
            defer { request.cancellation?.onCancel(nil) }
            guard let peer = SocketAddress(host: "127.0.0.1", port: 1) else {
                preconditionFailure("INVARIANT: a literal is an address")
            }
            let response = await handler(
                Request(
                    method: head.method, target: head.target, version: .http11,
                    headers: head.headers, body: RequestBody(body), peer: peer, isTLS: false,
                    presence: client))
            return try await collect(response, head.method, client)
        } catch {
            let failure = Failure(.invalid, error.reason)
            return .failure(ClientFailure(failure, requestSent: false))
        }
    }

    /// The request as a server would read it.
    private func parse(_ request: ClientRequest) throws(CodecError) -> (RequestHead, [UInt8]) {
        let out = ByteBuffer()
        HeadEncoder.request(
            request.method, target: request.target,
            authority: request.destination.authorityBytes, headers: request.headers,
            contentLength: request.body.isEmpty ? nil : request.body.count, into: out)
        var parser = RequestParser()
        guard let head = try parser.parse(out.bytes.span), head.byteCount == out.count else {
            throw .malformed("the request is not one request")
        }
        return (head, request.body)
    }

    /// The response as a client would read it.
    private func collect(
        _ response: Response, _ method: Method, _ client: InProcessExchange
    ) async throws(CodecError) -> Result<ClientResponse, ClientFailure> {
        var body: [UInt8] = []
        if client.isGone { return .failure(Self.cancelled) }
        switch response.body {
        case .none: break
        case .bytes(let bytes): body = bytes
        case .stream(let write) where method != .head:
            do {
                try await write(ResponseStream(client))
            } catch {
                if client.isGone { return .failure(Self.cancelled) }
                let cut = Failure(
                    .upstreamUnavailable, "the upstream's response was cut short")
                return .failure(ClientFailure(cut, requestSent: true))
            }
            body = client.body
        case .stream: break
        }
        let bodiless = method == .head || response.status == 204 || response.status == 304
        let out = ByteBuffer()
        HeadEncoder.response(
            status: response.status, headers: response.headers,
            framing: bodiless ? .none : .length(body.count), keepAlive: true, version: .http11,
            date: HTTPDate.format(clock.now().microseconds / 1_000_000), into: out)
        var parser = ResponseParser(toHead: method == .head)
        guard let head = try parser.parse(out.bytes.span) else {
            throw .malformed("the response is not one response")
        }
        return .success(
            ClientResponse(
                status: head.status, headers: head.headers,
                body: ClientBody(bodiless ? [] : body)))
    }

    private static var cancelled: ClientFailure {
        ClientFailure(Failure(.cancelled, "the request was cancelled"), requestSent: true)
    }
}

/// The client's end of one exchange: collects the body, and may leave.
// SAFETY: used on its reactor's thread only.
private final class InProcessExchange: ResponseSink, ClientPresence, @unchecked Sendable {
    private(set) var body: [UInt8] = []
    private(set) var isGone = false
    private var actions: [@Sendable () -> Void] = []

    func writeBodyPiece(_ bytes: [UInt8]) async throws(Failure) {
        try await flushHead()
        body += bytes
    }

    func flushHead() async throws(Failure) {
        if isGone { throw Failure(.cancelled, "the client is gone") }
    }

    func onClientGone(_ action: @escaping @Sendable () -> Void) {
        if isGone { action() } else { actions.append(action) }
    }

    func leave() {
        isGone = true
        let actions = actions
        self.actions = []
        for action in actions { action() }
    }
}
