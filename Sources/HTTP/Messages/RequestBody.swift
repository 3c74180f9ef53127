public import Core

/// The body of a request. One reader: the handler's task.
///
/// A small body that came with its head is already there; any other is read from the connection
/// as the handler asks for it, so a handler that does not read stops the client.
// SAFETY: touched only by the one task that handles the request, on the connection's reactor.
public final class RequestBody: @unchecked Sendable {
    enum Storage {
        case bytes([UInt8])
        case stream(any RequestBodySource)
        case finished
    }

    private var storage: Storage

    /// A body that is already there, for tests and for in-process requests.
    public init(_ bytes: [UInt8] = []) {
        self.storage = bytes.isEmpty ? .finished : .bytes(bytes)
    }

    init(_ source: any RequestBodySource) {
        self.storage = .stream(source)
    }

    /// Whether everything of the body was handed out.
    public var isFinished: Bool {
        if case .finished = storage { return true }
        return false
    }

    /// The next piece, never empty; nil at the end. The size of pieces means nothing.
    ///
    /// Throws `malformed` for bad framing, `tooLarge` above the server's body limit, `timeout`
    /// when the client stalls, `cancelled` when it is gone.
    public func next() async throws(Failure) -> [UInt8]? {
        switch storage {
        case .finished:
            return nil
        case .bytes(let bytes):
            storage = .finished
            return bytes
        case .stream(let source):
            if let piece = try await source.nextBodyPiece() { return piece }
            storage = .finished
            return nil
        }
    }

    /// The whole body. Throws `tooLarge` as soon as it exceeds `maxBytes`, else as `next`.
    public func collect(maxBytes: Int = Limits.bodyBytesMax) async throws(Failure) -> [UInt8] {
        if case .bytes(let bytes) = storage {
            storage = .finished
            guard bytes.count <= maxBytes else { throw Self.tooLarge(maxBytes) }
            return bytes
        }
        var whole: [UInt8] = []
        while let piece = try await next() {
            guard whole.count + piece.count <= maxBytes else { throw Self.tooLarge(maxBytes) }
            if whole.isEmpty { whole = piece } else { whole += piece }
        }
        return whole
    }

    /// The exchange is over: nothing more comes.
    func invalidate() { storage = .finished }

    static func tooLarge(_ maxBytes: Int) -> Failure {
        Failure(.tooLarge, "the body exceeds \(maxBytes) bytes; send less in one request")
    }
}

/// Where a streamed request body comes from.
protocol RequestBodySource: AnyObject, Sendable {
    /// The next piece, never empty; nil at the end.
    func nextBodyPiece() async throws(Failure) -> [UInt8]?
}
