/// Whoever sends requests: `HTTPClient` over sockets, `InProcessClient` straight to a handler. The
/// tests of handlers are written against this, so that they run against a live server unchanged.
public protocol RequestSender: Sendable {
    func send(_ request: ClientRequest) async throws(ClientFailure) -> ClientResponse
}

extension HTTPClient: RequestSender {}
