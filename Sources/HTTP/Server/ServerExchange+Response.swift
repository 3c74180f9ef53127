// How a response reaches the wire: head and small body in one write, framing by the server alone.
internal import Core
internal import Reactor

extension ServerExchange {
    /// A body up to this size is copied behind its head; a larger one is written from where it is.
    private static let coalescedBytesMax = 32 * 1024

    /// Writes the response. False when the connection cannot serve another request.
    func answer(_ response: Response) async throws(Failure) -> Bool {
        guard (200..<600).contains(response.status) else {
            return try await answer(Response(status: 500, text: "Internal Server Error\n"))
        }
        let framing = framing(of: response)
        let keep = keepsAlive(response) && framing != .untilClose
        let out = shard.buffers.take()
        pending = out
        HeadEncoder.response(
            status: response.status, headers: response.headers, framing: framing, keepAlive: keep,
            version: head.version, date: shard.dateBytes(), into: out)
        if head.method != .head {
            switch response.body {
            case .none: break
            case .bytes where framing == .none: break
            case .bytes(let bytes) where bytes.count <= Self.coalescedBytesMax:
                out.append(bytes)
            case .bytes(let bytes):
                try await connection.send(out)
                try await connection.send(bytes)
            case .stream(let write) where framing != .none: try await stream(write, framing)
            case .stream: break
            }
        }
        if try !connection.sendNow(out) { try await connection.send(out) }
        if keep, decoder.isComplete { return true }
        if keep, await dropBody() { return true }
        if !decoder.isComplete || !buffer.isEmpty { await connection.drop(buffer) }
        return false
    }

    private func framing(of response: Response) -> Framing {
        if response.status == 204 || response.status == 304 { return .none }
        return switch response.body {
        case .none: head.method == .head ? .none : .length(0)
        case .bytes(let bytes): .length(bytes.count)
        case .stream: head.version == .http11 ? .chunked : .untilClose
        }
    }

    private func keepsAlive(_ response: Response) -> Bool {
        guard head.keepAlive, !isBroken, !shard.isDraining,
            !response.headers.hasToken("Connection", "close")
        else { return false }
        if decoder.isComplete { return true }
        if owesContinue { return false }
        // A known rest that is too long to drop is not waited for.
        guard case .length(let count) = head.framing else { return true }
        return count <= shard.configuration.unreadBodyBytesMax + buffer.count
    }

    /// Runs the handler's closure. Whatever it throws ends the connection without the body's end.
    private func stream(
        _ write: @Sendable (ResponseStream) async throws -> Void, _ framing: Framing
    ) async throws(Failure) {
        isChunked = framing == .chunked
        do {
            try await write(makeResponseStream())
        } catch {
            throw (error as? Failure) ?? Failure(.internal, "a response's body was cut short")
        }
        if isChunked { pending?.append("0\r\n\r\n") }
    }

    // MARK: the sink

    func writeBodyPiece(_ bytes: [UInt8]) async throws(Failure) {
        guard let out = pending, !connection.stream.isClosed else {
            throw Failure(.cancelled, "the client is gone")
        }
        if isChunked {
            out.append(number: bytes.count, radix: 16)
            out.append("\r\n")
        }
        if bytes.count <= Self.coalescedBytesMax {
            out.append(bytes)
        } else {
            try await present { () async throws(Failure) in
                try await connection.send(out)
                try await connection.send(bytes)
            }
        }
        if isChunked { out.append("\r\n") }
        try await flushHead()
    }

    func flushHead() async throws(Failure) {
        guard let out = pending else { return }
        try await present { () async throws(Failure) in try await connection.send(out) }
    }

    /// A broken connection is a client that left.
    private func present(_ body: () async throws(Failure) -> Void) async throws(Failure) {
        do throws(Failure) {
            try await body()
        } catch {
            if error.code == .timeout {
                throw Failure(.timeout, "the client stopped reading the response")
            }
            throw Failure(.cancelled, "the client is gone", detail: error.detail)
        }
    }
}
