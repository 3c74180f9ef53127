internal import Core
internal import Reactor

/// One request and its response on one connection.
// SAFETY: used on its reactor's thread only. `abandon` may come from a `deinit` or a cancellation
// on another thread and then only sends itself over.
final class ClientExchange: @unchecked Sendable {
    private let request: ClientRequest
    private let connection: ClientConnection
    private let shard: ClientShard
    private var decoder = BodyDecoder(.none, bodyBytesMax: 0)
    private var buffer: ByteBuffer?
    private var keepAlive = false
    private var isOver = false
    private var isCancelled = false
    private var bytesWritten = 0
    private var bytesRead = 0
    /// See `ClientBody.isEndCertain`.
    private(set) var isEndCertain = true

    init(_ request: ClientRequest, _ connection: ClientConnection, _ shard: ClientShard) {
        self.request = request
        self.connection = connection
        self.shard = shard
    }

    /// Sends the request and reads the response's head.
    func perform() async throws(ClientFailure) -> ClientResponse {
        request.cancellation?.onCancel { self.cancel() }
        do throws(Failure) {
            try checkCancelled()
            try await sendRequest()
            let head = try await readHead()
            return ClientResponse(
                status: head.status, headers: head.headers, body: try makeBody(head))
        } catch {
            throw ClientFailure(explain(error), requestSent: bytesWritten > 0)
        }
    }

    /// Whether a failed request may go out once more on another connection.
    func maySendAgain(_ error: ClientFailure) -> Bool {
        connection.isReused && !isCancelled && bytesRead == 0
            && (bytesWritten == 0 || request.isIdempotent)
            && error.failure.code == .upstreamUnavailable
    }

    // MARK: sending

    private func sendRequest() async throws(Failure) {
        let out = shard.buffers.take()
        defer { shard.buffers.give(out) }
        let hasLength =
            !request.body.isEmpty || request.method == .post || request.method == .put
            || request.method == .patch
        HeadEncoder.request(
            request.method, target: request.target,
            authority: request.destination.authorityBytes, headers: request.headers,
            contentLength: hasLength ? request.body.count : nil, into: out)
        let coalesced = request.body.count <= 32 * 1024
        if coalesced { out.append(request.body) }
        do throws(Failure) {
            while !out.isEmpty {
                let count = try connection.stream.write(out.readable)
                bytesWritten += count
                out.consume(count)
                if !out.isEmpty { try await waitWritable() }
            }
            if !coalesced { try await sendBody() }
        } catch  where error.code == .unavailable && bytesWritten > 0 {
            // The server may have answered before it closed: the answer is read first, and if
            // there is none, reading fails in its turn.
        }
    }

    private func sendBody() async throws(Failure) {
        var done = 0
        while done < request.body.count {
            let count = try request.body.withUnsafeBufferPointer { (all) throws(Failure) in
                try connection.stream.write(
                    UnsafeRawBufferPointer(UnsafeBufferPointer(rebasing: all[done...])))
            }
            done += count
            bytesWritten += count
            if done < request.body.count { try await waitWritable() }
        }
    }

    private func waitWritable() async throws(Failure) {
        let limit = shard.reactor.turnNanoseconds + request.timeouts.writeStallNanoseconds
        try await connection.stream.waitWritable(deadlineNanoseconds: limit)
    }

    // MARK: reading

    private func readHead() async throws(Failure) -> ResponseHead {
        let buffer = shard.buffers.take()
        self.buffer = buffer
        var parser = ResponseParser(
            limits: shard.configuration.codec, toHead: request.method == .head)
        var deadline: UInt64?
        while true {
            if !buffer.isEmpty, let head = try parse(&parser, buffer) { return head }
            switch try fill(buffer) {
            case .some: continue
            case .end:
                throw Failure(
                    .upstreamUnavailable, "the upstream closed the connection without a response")
            case .none: break
            }
            let limit =
                deadline ?? (shard.reactor.turnNanoseconds + request.timeouts.headNanoseconds)
            deadline = limit
            try await connection.stream.waitReadable(deadlineNanoseconds: limit)
        }
    }

    private func parse(
        _ parser: inout ResponseParser, _ buffer: ByteBuffer
    ) throws(Failure) -> ResponseHead? {
        do throws(CodecError) {
            guard let head = try parser.parse(buffer.bytes.span) else { return nil }
            buffer.consume(head.byteCount)
            return head
        } catch {
            throw invalid(error)
        }
    }

    private func fill(_ buffer: ByteBuffer) throws(Failure) -> ServerConnection.Fill {
        if buffer.writable.count < 2048 { buffer.reserve(4096) }
        switch try connection.stream.read(into: buffer.writable) {
        case .bytes(let count):
            buffer.produced(count)
            bytesRead += count
            return .some
        case .wouldBlock: return .none
        case .end: return .end
        }
    }

    /// A body that is already in the buffer is handed over whole, and the connection goes back.
    private func makeBody(_ head: ResponseHead) throws(Failure) -> ClientBody {
        keepAlive = head.keepAlive
        decoder = BodyDecoder(head.framing, bodyBytesMax: shard.configuration.codec.bodyBytesMax)
        guard let buffer else { return ClientBody([]) }
        if head.framing == .none {
            finish()
            return ClientBody([])
        }
        if case .length(let count) = head.framing, count <= buffer.count {
            let bytes = buffer.copy(0..<count)
            buffer.consume(count)
            finish()
            return ClientBody(bytes)
        }
        return ClientBody(.stream(self))
    }

    /// The next piece of the body; nil at its end.
    func nextPiece() async throws(Failure) -> [UInt8]? {
        do throws(Failure) {
            while true {
                try checkCancelled()
                guard let buffer else { return nil }
                if let piece = try decode(buffer) { return piece }
                if decoder.isComplete {
                    finish()
                    return nil
                }
                if try await readMore(buffer) { continue }
                guard decoder.mayEndWithConnection else {
                    throw Failure(.upstreamUnavailable, "the upstream's response was cut short")
                }
                isEndCertain = connection.stream.isTLS
                finish()
                return nil
            }
        } catch {
            let failure = explain(error)
            abandon()
            throw failure
        }
    }

    private func decode(_ buffer: ByteBuffer) throws(Failure) -> [UInt8]? {
        while !decoder.isComplete, !buffer.isEmpty {
            let step: BodyDecoder.Step
            do throws(CodecError) {
                step = try decoder.step(buffer.bytes.span)
            } catch {
                throw invalid(error)
            }
            if step.consumed == 0 { return nil }
            let piece = step.data.isEmpty ? nil : buffer.copy(step.data)
            buffer.consume(step.consumed)
            if let piece { return piece }
        }
        return nil
    }

    /// Waits for more bytes; false at the connection's end.
    private func readMore(_ buffer: ByteBuffer) async throws(Failure) -> Bool {
        while true {
            switch try fill(buffer) {
            case .some: return true
            case .end: return false
            case .none: break
            }
            let limit = shard.reactor.turnNanoseconds + request.timeouts.bodyIdleNanoseconds
            try await connection.stream.waitReadable(deadlineNanoseconds: limit)
        }
    }

    // MARK: ending

    /// The response is complete. Bytes behind it were not asked for: the connection is then closed.
    private func finish() {
        let isClean = buffer?.isEmpty ?? true
        end(keeping: keepAlive && isClean)
    }

    /// Gives the exchange up: closes the connection. Any number of times, from any thread.
    func abandon() {
        if shard.reactor.isCurrent {
            end(keeping: false)
        } else {
            shard.reactor.perform { self.end(keeping: false) }
        }
    }

    private func end(keeping: Bool) {
        if isOver { return }
        isOver = true
        request.cancellation?.onCancel(nil)
        if let buffer { shard.buffers.give(buffer) }
        buffer = nil
        if keeping {
            connection.pool.giveBack(connection)
        } else {
            connection.pool.discard(connection)
        }
    }

    private func cancel() {
        shard.reactor.perform {
            if self.isOver { return }
            self.isCancelled = true
            // Whoever waits on the stream wakes with a failure and ends the exchange.
            self.connection.stream.close()
        }
    }

    private func checkCancelled() throws(Failure) {
        if isCancelled || request.cancellation?.isCancelled == true {
            isCancelled = true
            throw Failure(.cancelled, "the request was cancelled")
        }
    }

    // MARK: failures

    private func invalid(_ error: CodecError) -> Failure {
        Failure(
            .upstreamInvalid, "the upstream's response is not valid HTTP: \(error.reason)")
    }

    /// The reactor's words in the caller's: which side, which step.
    private func explain(_ error: Failure) -> Failure {
        if isCancelled { return Failure(.cancelled, "the request was cancelled") }
        switch error.code {
        case .timeout:
            return Failure(.timeout, "the upstream did not answer in time", detail: error.detail)
        case .unavailable, .cancelled:
            return Failure(
                .upstreamUnavailable, "the connection to the upstream broke",
                detail: error.detail ?? error.message)
        default:
            return error
        }
    }
}
