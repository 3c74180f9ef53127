// Stage 5: to the upstream, once. Only headers that the protocol needs go along, the credential
// comes from the vault, and the caller's own never leaves the gateway.
internal import Core
internal import Governance
internal import HTTP
internal import MCP
internal import Vault

extension Gateway {
    /// Forwards a call whose intent is on record, and answers with what comes back.
    func forward(_ call: Call, body: [UInt8]) async -> Response {
        let cancellation = Cancellation()
        if call.era == .modern {
            // In this era a closed response stream is the cancellation of its request.
            call.arrival.request.onClientGone { cancellation.cancel() }
        }
        let request: ClientRequest
        do throws(Failure) {
            request = try await upstreamRequest(call, body, cancellation)
        } catch {
            return await notForwarded(call, error)
        }
        do throws(ClientFailure) {
            let upstream = try await client.send(request)
            return await answer(call, upstream, cancellation)
        } catch {
            guard error.requestSent else { return await notForwarded(call, error.failure) }
            let recorded = await recordOutcome(
                .unknown, of: call, code: error.failure.code.rawValue)
            return failure(recorded ? Self.told(error.failure) : .outcomeUnrecorded, call)
        }
    }

    private func upstreamRequest(
        _ call: Call, _ body: [UInt8], _ cancellation: Cancellation
    ) async throws(Failure) -> ClientRequest {
        let server = call.access.upstream
        var timeouts = ClientTimeouts()
        timeouts.headNanoseconds = Limits.upstreamAnswerNanoseconds
        timeouts.bodyIdleNanoseconds = Limits.upstreamAnswerNanoseconds
        if call.message == nil { timeouts.bodyIdleNanoseconds = Limits.streamIdleNanoseconds }
        var headers = Self.headers(for: call)
        for field in try await call.access.credential() {
            field.value.withBytes { _ = headers.add(name: field.name, value: $0) }
        }
        return ClientRequest(
            call.arrival.request.method, server.destination, target: server.target,
            headers: headers, body: body, timeouts: timeouts, isIdempotent: false,
            cancellation: cancellation)
    }

    /// What the protocol needs of the client's headers, and nothing else: neither its token and
    /// cookies nor what a proxy before us added.
    private static func headers(for call: Call) -> Headers {
        let sent = call.arrival.headers
        var headers = Headers()
        headers.add("X-Request-Id", call.arrival.requestID)
        if call.arrival.request.method == .post {
            headers.add("Content-Type", "application/json")
            headers.add("Accept", "application/json, text/event-stream")
        } else if call.arrival.request.method == .get {
            headers.add("Accept", "text/event-stream")
            if let last = sent.lastEventID.value { headers.add("Last-Event-ID", last) }
        }
        if let version = sent.protocolVersion.value, call.message?.method != .initialize {
            headers.add("MCP-Protocol-Version", version)
        }
        if let session = call.session { headers.add("Mcp-Session-Id", session.upstreamID) }
        guard call.era == .modern, let message = call.message else { return headers }
        headers.add("Mcp-Method", message.envelope.method)
        if message.name != nil, let name = sent.name.value { headers.add("Mcp-Name", name) }
        for parameter in sent.parameters {
            headers.add(name: Array("Mcp-Param-".utf8) + parameter.name, value: parameter.value)
        }
        return headers
    }

    /// Nothing reached the upstream: the call did not happen, and what it reserved is given back.
    private func notForwarded(_ call: Call, _ failure: Failure) async -> Response {
        await call.verdict?.release?()
        let recorded = await recordOutcome(.failed, of: call, code: failure.code.rawValue)
        return self.failure(recorded ? Self.told(failure) : .auditUnavailable, call)
    }

    func failure(_ error: RPCError, _ call: Call) -> Response {
        error.response(id: call.id)
    }

    /// What a client may know about a failure to reach its upstream: neither address nor reason,
    /// which are for the log.
    static func told(_ failure: Failure) -> RPCError {
        switch failure.code {
        case .timeout:
            RPCError(
                Failure(
                    .timeout,
                    "The upstream server did not answer in time. Whether the call took effect is "
                        + "unknown."))
        case .upstreamInvalid:
            RPCError(Failure(.upstreamInvalid, failure.message))
        case .cancelled:
            RPCError(Failure(.cancelled, "The request was cancelled."))
        default:
            RPCError(
                Failure(
                    .upstreamUnavailable,
                    "The upstream server cannot be reached. Ask an administrator to check it."))
        }
    }
}
