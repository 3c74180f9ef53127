// Stage 6: the upstream's answer. Read strictly, filtered, recorded, and only then passed on.
internal import Core
internal import Governance
internal import HTTP
internal import MCP

extension Gateway {
    func answer(_ call: Call, _ upstream: ClientResponse, _ cancellation: Cancellation)
        async -> Response
    {
        guard let id = call.id, call.message?.envelope.kind == .request else {
            return await answerWithoutID(call, upstream, cancellation)
        }
        let rules = ReplyRules(
            era: call.era, id: id, method: call.message?.method, isVisible: Self.visible(call))
        guard upstream.status == 200 else {
            return await answerError(call, upstream, rules)
        }
        let type = upstream.headers.bytes("Content-Type") ?? []
        if MediaType.isEventStream(type) {
            let relay = StreamRelay(
                gateway: self, call: call, rules: rules, upstream: upstream,
                cancellation: cancellation)
            var response = relay.response
            addSession(to: &response, call, upstream)
            return response
        }
        guard MediaType.isJSON(type) else {
            upstream.cancel()
            return await invalid(call, upstream, "answered with a media type that MCP has not")
        }
        return await answerJSON(call, upstream, rules)
    }

    /// Names of tools this grant may see; a tool that is not in the catalogue is none of them.
    static func visible(_ call: Call) -> @Sendable ([UInt8]) -> Bool {
        let access = call.access
        return { name in
            switch access.standing(of: name) {
            case .active, .quarantined: true
            case .hidden, .unknown: false
            }
        }
    }

    private func answerJSON(_ call: Call, _ upstream: ClientResponse, _ rules: ReplyRules)
        async -> Response
    {
        let reply: ReplyRules.Reply
        do throws(Failure) {
            let bytes = try await upstream.body.collect(maxBytes: Limits.upstreamMessageBytesMax)
            guard case .final(let final) = try rules.read(bytes) else {
                return await invalid(call, upstream, "answered a request with something else")
            }
            reply = final
        } catch {
            log.warning("gateway.upstream_failed", error, ["call": .string(call.arrival.call)])
            return await unknown(call, upstream, error)
        }
        guard await record(reply, of: call, status: upstream.status) else {
            return failure(.outcomeUnrecorded, call)
        }
        var response = Response.json(200, reply.bytes)
        addSession(to: &response, call, upstream)
        return response
    }

    /// Records the end of a call that was answered. A call that the upstream refused to take was
    /// not executed, and gives back what it reserved.
    func record(_ reply: ReplyRules.Reply, of call: Call, status: Int) async -> Bool {
        if let code = reply.errorCode, Self.wasNotExecuted(code) {
            await call.verdict?.release?()
        }
        let hasFailed = reply.errorCode != nil || reply.result.isError
        return await recordOutcome(
            hasFailed ? .failed : .success, of: call, status: status, result: reply.result)
    }

    /// JSON-RPC errors about the request itself: nothing was done.
    private static func wasNotExecuted(_ code: Int) -> Bool {
        (-32602 ... -32600).contains(code) || code == -32700 || (-32022 ... -32020).contains(code)
    }

    /// The client's own session, under our seal. Ids on errors are nobody's session.
    private func addSession(to response: inout Response, _ call: Call, _ upstream: ClientResponse) {
        guard call.message?.method == .initialize,
            let id = upstream.headers.bytes("Mcp-Session-Id"),
            let session = SessionToken(
                upstreamID: Array(id), grant: call.access.holder.grant,
                server: call.access.upstream.id)
        else { return }
        response.headers.add("Mcp-Session-Id", seal(session, call.access))
    }

    // MARK: Errors of the upstream

    private func answerError(_ call: Call, _ upstream: ClientResponse, _ rules: ReplyRules)
        async -> Response
    {
        guard upstream.status >= 400, upstream.status != 401, upstream.status != 403 else {
            upstream.cancel()
            return await invalid(
                call, upstream,
                upstream.status >= 400
                    ? "refused the gateway's credential; ask an administrator to renew it"
                    : "answered with status \(upstream.status)")
        }
        let body = (try? await upstream.body.collect(maxBytes: Limits.upstreamErrorBytesMax)) ?? []
        let reply = rules.readError(body)
        let wasRefused = upstream.status < 500
        if wasRefused { await call.verdict?.release?() }
        let recorded = await recordOutcome(
            wasRefused || reply != nil ? .failed : .unknown, of: call,
            code: reply == nil ? Failure.Code.upstreamInvalid.rawValue : nil,
            status: upstream.status, result: reply?.result)
        guard recorded else { return failure(.outcomeUnrecorded, call) }
        if let error = otherEra(call, upstream.status, reply) { return failure(error, call) }
        if let reply { return .json(upstream.status, reply.bytes) }
        if upstream.status == 404, call.session != nil { return failure(.sessionNotFound, call) }
        return failure(
            RPCError(
                Failure(
                    .upstreamInvalid,
                    "The upstream server answered with status \(upstream.status).")), call)
    }

    /// An upstream that refuses a request because it speaks the other era only. Eras are not
    /// bridged here, so the client is told which one to speak.
    ///
    /// Only the statuses with which a server says that it cannot read a request count: trouble,
    /// such as 429 or 500, says nothing about eras, and no client shall fall back because of it.
    private func otherEra(_ call: Call, _ status: Int, _ reply: ReplyRules.Reply?) -> RPCError? {
        guard [400, 404, 405, 406, 415].contains(status) else { return nil }
        let requested = Array((call.message?.revision?.text ?? "").utf8)
        switch (call.era, reply?.errorCode) {
        case (.modern, .some(-32022 ... -32020)):
            return nil
        case (.modern, _) where call.message?.method == .serverDiscover:
            return .discoverNotSpoken(supported: Revision.supported([.legacy]))
        case (.modern, nil), (.modern, -32600):
            return .unsupportedVersion(requested, supported: Revision.supported([.legacy]))
        case (.legacy, .some(-32022 ... -32020)), (.legacy, -32601):
            guard call.message?.method == .initialize else { return nil }
            let asked = call.message?.envelope.params?["protocolVersion"]?.utf8 ?? []
            return .unsupportedVersion(asked, supported: Revision.supported([.modern]))
        default:
            return nil
        }
    }

    /// The upstream broke the protocol; the call may have had its effect.
    func invalid(_ call: Call, _ upstream: ClientResponse, _ what: String) async -> Response {
        await unknown(
            call, upstream, Failure(.upstreamInvalid, "The upstream server \(what)."))
    }

    private func unknown(_ call: Call, _ upstream: ClientResponse, _ failure: Failure)
        async -> Response
    {
        let recorded = await recordOutcome(
            .unknown, of: call, code: failure.code.rawValue, status: upstream.status)
        return self.failure(recorded ? Self.told(failure) : .outcomeUnrecorded, call)
    }

    // MARK: What has no response of its own

    /// Notifications, responses, GET and DELETE.
    private func answerWithoutID(
        _ call: Call, _ upstream: ClientResponse, _ cancellation: Cancellation
    ) async -> Response {
        let isStream = MediaType.isEventStream(upstream.headers.bytes("Content-Type") ?? [])
        if call.arrival.request.method == .get, upstream.status == 200, isStream {
            call.arrival.request.onClientGone { cancellation.cancel() }
            let rules = ReplyRules(
                era: call.era, id: nil, method: nil, isVisible: Self.visible(call))
            return StreamRelay(
                gateway: self, call: call, rules: rules, upstream: upstream,
                cancellation: cancellation
            ).response
        }
        let status = upstream.status
        upstream.discard()
        let isDone = (200..<300).contains(status) && call.arrival.request.method != .get
        guard await recordOutcome(isDone ? .success : .failed, of: call, status: status) else {
            return failure(.outcomeUnrecorded, call)
        }
        switch (call.arrival.request.method, status) {
        case (.post, 200..<300): return Response(status: 202)
        case (.delete, 200..<300): return Response(status: status == 204 ? 204 : 200)
        case (_, 404): return failure(.sessionNotFound, call)
        case (_, 405): return failure(.methodNotAllowed, call)
        case (_, 400), (_, 406): return failure(Self.refusedByUpstream(status), call)
        default:
            return failure(
                RPCError(
                    Failure(
                        .upstreamInvalid, "The upstream server answered with status \(status).")),
                call)
        }
    }

    private static func refusedByUpstream(_ status: Int) -> RPCError {
        RPCError(
            status: status, code: -32600,
            "The upstream server refused the request with status \(status).", .malformed)
    }
}

extension ClientResponse {
    /// Reads what is left when it is already there, so that the connection can be used again.
    fileprivate func discard() {
        if headers.equals("Content-Length", "0") { return }
        cancel()
    }
}
