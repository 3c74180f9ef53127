public import Core

/// A response whose head has arrived. Read the body to its end, or cancel: an unread body keeps a
/// connection.
public struct ClientResponse: Sendable {
    public let status: Int
    public let headers: Headers
    public let body: ClientBody

    /// Drops the rest of the body and closes the connection, unless the body was read to its end.
    public func cancel() { body.cancel() }
}

/// The body of a response. One reader, on the reactor that sent the request.
// SAFETY: used on its reactor's thread only, by the one task that reads it.
public final class ClientBody: @unchecked Sendable {
    enum Storage {
        case finished
        case bytes([UInt8])
        case stream(ClientExchange)
        case failed(Failure)
    }

    private var storage: Storage

    /// Whether the end was marked by the server (a length, a last chunk, a TLS goodbye), so that
    /// nothing can have been cut off. False for a body that ended with a plain connection.
    public private(set) var isEndCertain = true

    init(_ storage: Storage) {
        self.storage = storage
    }

    /// A body that is already there, for tests.
    public convenience init(_ bytes: [UInt8]) {
        self.init(bytes.isEmpty ? .finished : .bytes(bytes))
    }

    deinit {
        if case .stream(let exchange) = storage { exchange.abandon() }
    }

    /// The next piece, never empty; nil at the end.
    ///
    /// Throws `timeout` when none comes in time, `upstreamUnavailable` when the connection breaks
    /// before the end, `upstreamInvalid` for bad framing, `cancelled` after `cancel`; and the same
    /// again on every later call.
    public func next() async throws(Failure) -> [UInt8]? {
        switch storage {
        case .finished:
            return nil
        case .failed(let failure):
            throw failure
        case .bytes(let bytes):
            storage = .finished
            return bytes
        case .stream(let exchange):
            do throws(Failure) {
                if let piece = try await exchange.nextPiece() { return piece }
            } catch {
                storage = .failed(error)
                throw error
            }
            isEndCertain = exchange.isEndCertain
            storage = .finished
            return nil
        }
    }

    /// The whole body. Throws `upstreamInvalid` as soon as it exceeds `maxBytes`, and closes the
    /// connection; else as `next`.
    public func collect(maxBytes: Int = Limits.bodyBytesMax) async throws(Failure) -> [UInt8] {
        var whole: [UInt8] = []
        while let piece = try await next() {
            guard whole.count + piece.count <= maxBytes else {
                cancel()
                throw Failure(
                    .upstreamInvalid, "the upstream's response exceeds \(maxBytes) bytes")
            }
            if whole.isEmpty { whole = piece } else { whole += piece }
        }
        return whole
    }

    /// Closes the connection, unless the body was read to its end.
    public func cancel() {
        switch storage {
        case .finished, .failed: return
        case .bytes: break
        case .stream(let exchange): exchange.abandon()
        }
        storage = .failed(Failure(.cancelled, "the response was cancelled"))
    }
}
