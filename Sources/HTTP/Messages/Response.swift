public import Core

/// What a handler answers, exactly once.
///
/// Framing belongs to the server: `Connection` (but `close`), `Content-Length`,
/// `Transfer-Encoding`, `Keep-Alive`, `Upgrade` and `Trailer` among the headers are left out.
public struct Response: Sendable {
    public enum Body: Sendable {
        case none
        case bytes([UInt8])
        /// Runs on the connection's reactor after the head. Returning ends the body well; throwing
        /// aborts the connection, so that the client never takes a part for the whole.
        case stream(@Sendable (ResponseStream) async throws -> Void)
    }

    /// 200–599.
    public var status: Int
    public var headers: Headers
    public var body: Body

    public init(status: Int = 200, headers: Headers = Headers(), body: Body = .none) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    /// Bytes with their media type.
    public init(status: Int = 200, type: StaticString, _ bytes: [UInt8]) {
        self.init(status: status, body: .bytes(bytes))
        headers.add("Content-Type", Array(HTTP.bytes(of: type)))
    }

    /// A plain text answer.
    public init(status: Int = 200, text: String) {
        self.init(status: status, type: "text/plain; charset=utf-8", Array(text.utf8))
    }
}

/// Where a streaming handler writes its body. Used by the handler's task only.
// SAFETY: touched only by the one task that handles the request, on the connection's reactor.
public final class ResponseStream: @unchecked Sendable {
    private var sink: (any ResponseSink)?

    init(_ sink: any ResponseSink) {
        self.sink = sink
    }

    /// The response is over: whoever kept the stream reaches nothing any more.
    func invalidate() { sink = nil }

    private func open() throws(Failure) -> any ResponseSink {
        guard let sink else { throw Failure(.cancelled, "the response is over") }
        return sink
    }

    /// Sends bytes; returns when the connection took them (back-pressure). An empty array does
    /// nothing. Throws `cancelled` when the client is gone and `timeout` when it stopped reading.
    public func write(_ bytes: [UInt8]) async throws(Failure) {
        if bytes.isEmpty { return }
        try await open().writeBodyPiece(bytes)
    }

    /// Sends the head now, before there is a first piece.
    public func flush() async throws(Failure) {
        try await open().flushHead()
    }
}

/// What stands behind a `ResponseStream`: a live connection or the in-process client.
protocol ResponseSink: AnyObject, Sendable {
    func writeBodyPiece(_ bytes: [UInt8]) async throws(Failure)
    func flushHead() async throws(Failure)
}
