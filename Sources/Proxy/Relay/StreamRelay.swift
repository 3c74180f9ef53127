// An upstream's event stream, passed on event by event: each message read and checked, the final
// one held back until its outcome is on record. The client's pace is the upstream's: nothing is
// read while a write waits.
internal import Core
internal import Governance
internal import HTTP
internal import MCP
internal import Reactor

struct StreamRelay: Sendable {
    let gateway: Gateway
    let call: Call
    let rules: ReplyRules
    let upstream: ClientResponse
    let cancellation: Cancellation

    /// How a stream ended.
    private enum End {
        /// The response came, in this event.
        case final(SSEEvent, ReplyRules.Reply)
        /// The upstream closed the stream without it.
        case closed
        case failed(Failure)
        case clientGone
    }

    var response: Response {
        var headers = Headers()
        headers.add("Content-Type", "text/event-stream")
        headers.add("Cache-Control", "no-store")
        headers.add("X-Accel-Buffering", "no")
        return Response(status: 200, headers: headers, body: .stream { await run($0) })
    }

    private var isLegacyRequest: Bool { rules.era == .legacy && rules.id != nil }

    /// A stream that is open for as long as the client likes must not outlive its grant.
    private var outlivesItsRequest: Bool {
        rules.id == nil || rules.method == .subscriptionsListen
    }

    private func run(_ stream: ResponseStream) async {
        let watch = outlivesItsRequest ? watchGrant() : nil
        defer { watch?.cancel() }
        var sink = Sink(stream: stream)
        await sink.open()
        var lastEventID: String?
        switch await copy(to: &sink, &lastEventID) {
        case .final(var event, let reply):
            event.data = reply.bytes
            if await gateway.record(reply, of: call, status: upstream.status) {
                await sink.write(SSEWriter.bytes(event))
            } else {
                event.data = RPCError.outcomeUnrecorded.body(id: rules.id)
                await sink.write(SSEWriter.bytes(event))
            }
            drain()
        case .closed:
            if rules.id == nil {
                _ = await gateway.recordOutcome(.success, of: call, status: upstream.status)
                return
            }
            // A legacy upstream may close early: its client asks again with `Last-Event-ID`.
            let mayResume = isLegacyRequest && lastEventID != nil
            let failure = Failure(
                .upstreamInvalid, "The upstream server ended its answer without a response.")
            await end(&sink, failure, says: !mayResume)
        case .failed(let failure):
            upstream.cancel()
            await end(&sink, failure, says: true)
        case .clientGone:
            upstream.cancel()
            _ = await gateway.recordOutcome(
                rules.id == nil ? .success : .unknown, of: call,
                code: Failure.Code.cancelled.rawValue, status: upstream.status)
        }
    }

    /// Records an end without a response, and says so to whoever waits for one.
    private func end(_ sink: inout Sink, _ failure: Failure, says: Bool) async {
        gateway.log.warning(
            "gateway.stream_failed", failure, ["call": .string(call.arrival.call)])
        let recorded = await gateway.recordOutcome(
            rules.id == nil ? .failed : .unknown, of: call, code: failure.code.rawValue,
            status: upstream.status)
        guard says, let id = rules.id else { return }
        let error = recorded ? Gateway.told(failure) : RPCError.outcomeUnrecorded
        await sink.write(SSEWriter.bytes(SSEEvent(event: "message", data: error.body(id: id))))
    }

    /// Passes events on until the stream ends. A legacy client that goes away does not stop its
    /// call: the rest is read for the record.
    private func copy(to sink: inout Sink, _ lastEventID: inout String?) async -> End {
        var parser = SSEParser(eventBytesMax: Limits.upstreamMessageBytesMax)
        do throws(Failure) {
            while let piece = try await upstream.body.next() {
                let events = try parser.feed(piece)
                // Bytes without an event are a sign of life (a comment): passed on as one.
                if events.isEmpty, piece.first == UInt8(ascii: ":") {
                    await sink.write(SSEWriter.comment("keep-alive"))
                }
                for event in events {
                    lastEventID = event.id ?? lastEventID
                    if let end = try await pass(event, to: &sink) { return end }
                }
                if sink.isGone, !isLegacyRequest { return .clientGone }
            }
            return .closed
        } catch {
            guard error.code == .cancelled else { return .failed(error) }
            guard await call.access.isLive() else { return .failed(Self.revoked) }
            return .clientGone
        }
    }

    private func pass(_ event: SSEEvent, to sink: inout Sink) async throws(Failure) -> End? {
        if event.data.isEmpty {
            await sink.write(SSEWriter.bytes(event))
            return nil
        }
        // MCP knows no other type; what a client ignores need not reach it.
        guard event.event.map({ $0.utf8.elementsEqual("message".utf8) }) ?? true else {
            return nil
        }
        switch try rules.read(event.data) {
        case .interim(let bytes):
            var event = event
            event.data = bytes
            await sink.write(SSEWriter.bytes(event))
            return nil
        case .final(let reply):
            return .final(event, reply)
        }
    }

    // MARK: Around the stream

    private func watchGrant() -> Task<Void, Never>? {
        guard let reactor = Reactor.current else { return nil }
        let (access, cancellation) = (call.access, cancellation)
        return reactor.run {
            while !Task.isCancelled {
                await reactor.sleep(nanoseconds: Limits.streamGrantCheckNanoseconds)
                if await access.isLive() { continue }
                cancellation.cancel()
                return
            }
        }
    }

    /// Reads the end of a stream whose response has come, so that its connection can be used again.
    private func drain() {
        let upstream = upstream
        Reactor.current?.run {
            var left = Limits.httpUnreadBodyBytesMax
            while left > 0, let piece = try? await upstream.body.next() { left -= piece.count }
            upstream.cancel()
        }
    }

    private static let revoked = Failure(
        .forbidden, "The grant was revoked or has expired, so its stream was closed.")
}

/// Where events go, until the client is gone.
private struct Sink {
    private let stream: ResponseStream
    private(set) var isGone = false

    init(stream: ResponseStream) {
        self.stream = stream
    }

    mutating func open() async {
        do { try await stream.flush() } catch { isGone = true }
    }

    mutating func write(_ bytes: [UInt8]) async {
        if isGone { return }
        do { try await stream.write(bytes) } catch { isGone = true }
    }
}
