internal import Core
internal import Reactor

/// One request and its response on a live connection: the body's source, the response's sink, and
/// who notices that the client left.
// SAFETY: used on its connection's reactor only, by the one task that serves the connection.
final class ServerExchange: RequestBodySource, ResponseSink, ClientPresence, @unchecked Sendable {
    let connection: ServerConnection
    let head: RequestHead
    let buffer: ByteBuffer
    var decoder: BodyDecoder
    var bodyDeadline: UInt64?
    var owesContinue: Bool
    /// The request's framing is beyond repair: the connection cannot be used again.
    var isBroken = false

    /// Bytes not sent yet, from the first byte of the head on; nil when there are none.
    var pending: ByteBuffer?
    var isChunked = false

    private var body: RequestBody?
    private var responseStream: ResponseStream?
    private var goneActions: [@Sendable () -> Void] = []
    private var isOver = false

    var shard: ServerShard { connection.shard }

    init(_ connection: ServerConnection, _ head: RequestHead, _ buffer: ByteBuffer) {
        self.connection = connection
        self.head = head
        self.buffer = buffer
        self.owesContinue = head.expectsContinue
        self.decoder = BodyDecoder(
            head.framing, bodyBytesMax: connection.shard.configuration.codec.bodyBytesMax)
    }

    func makeRequest() -> Request {
        let body = makeBody()
        self.body = body
        return Request(
            method: head.method, target: head.target, version: head.version,
            headers: head.headers, body: body, peer: connection.stream.peer,
            isTLS: connection.stream.isTLS, presence: self)
    }

    /// A body that is already in the buffer is handed over whole; others are streamed.
    private func makeBody() -> RequestBody {
        guard case .length(let count) = head.framing else {
            return head.framing == .none ? RequestBody() : RequestBody(self)
        }
        guard count <= buffer.count else { return RequestBody(self) }
        let bytes = buffer.copy(0..<count)
        buffer.consume(count)
        decoder = BodyDecoder(.none, bodyBytesMax: 0)
        owesContinue = false
        return RequestBody(bytes)
    }

    /// After the response: whoever kept the request or the stream reaches nothing any more.
    func end() {
        isOver = true
        body?.invalidate()
        responseStream?.invalidate()
        if !goneActions.isEmpty { connection.stream.onPeerClosed(nil) }
        goneActions = []
        if let pending { shard.buffers.give(pending) }
        pending = nil
    }

    func makeResponseStream() -> ResponseStream {
        let stream = ResponseStream(self)
        responseStream = stream
        return stream
    }

    // MARK: the client's presence

    func onClientGone(_ action: @escaping @Sendable () -> Void) {
        if isOver { return }
        goneActions.append(action)
        if goneActions.count > 1 { return }
        connection.stream.onPeerClosed { self.clientGone() }
    }

    private func clientGone() {
        let actions = goneActions
        goneActions = []
        for action in actions { action() }
    }

    // MARK: the request's body

    func nextBodyPiece() async throws(Failure) -> [UInt8]? {
        while !decoder.isComplete {
            if let piece = try decode() { return piece }
            if decoder.isComplete { break }
            try await readMore()
        }
        return nil
    }

    /// A run of body out of the buffer; nil when the decoder needs more bytes.
    private func decode() throws(Failure) -> [UInt8]? {
        // Before the client is told to go on (`Expect: 100-continue`).
        while !decoder.isComplete, !buffer.isEmpty || decoder.announcesTooMuch {
            let step: BodyDecoder.Step
            do throws(CodecError) {
                step = try decoder.step(buffer.bytes.span)
            } catch {
                isBroken = true
                throw Failure(error.status == 413 ? .tooLarge : .malformed, error.reason)
            }
            if step.consumed == 0 { return nil }
            let piece = step.data.isEmpty ? nil : buffer.copy(step.data)
            buffer.consume(step.consumed)
            if let piece { return piece }
        }
        return nil
    }

    private func readMore() async throws(Failure) {
        guard !isBroken else { throw Failure(.malformed, "the request's body is incomplete") }
        if owesContinue {
            owesContinue = false
            let out = shard.buffers.take()
            defer { shard.buffers.give(out) }
            out.append("HTTP/1.1 100 Continue\r\n\r\n")
            try await connection.send(out)
        }
        while true {
            do throws(Failure) {
                switch try connection.fill(buffer) {
                case .some: return
                case .end: throw Failure(.malformed, "the request's body is incomplete")
                case .none: break
                }
                let limit =
                    bodyDeadline
                    ?? (shard.reactor.turnNanoseconds + shard.configuration.bodyNanoseconds)
                bodyDeadline = limit
                try await connection.stream.waitReadable(deadlineNanoseconds: limit)
            } catch {
                isBroken = true
                guard error.code == .timeout else { throw error }
                throw Failure(.timeout, "the request's body did not arrive in time")
            }
        }
    }

    /// Reads and drops what the handler left of the body, within the bound. False when there is
    /// more than that, or when the client may not even send it.
    func dropBody() async -> Bool {
        if decoder.isComplete { return true }
        if owesContinue || isBroken { return false }
        var left = shard.configuration.unreadBodyBytesMax
        do throws(Failure) {
            while left > 0, let piece = try await nextBodyPiece() { left -= piece.count }
        } catch {
            return false
        }
        return decoder.isComplete
    }
}
