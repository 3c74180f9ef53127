// Stage 3: may it happen. Tools are decided by the policies; a hidden tool and one that does not
// exist are answered here, in the same words, before anything else of the call is looked at.
internal import Core
internal import Governance
internal import HTTP
internal import MCP
internal import Policy
internal import Vault

/// A request that may go on.
struct Decided: Sendable {
    let access: any Access
    /// What the policies said; nil for what they do not speak about.
    let verdict: Verdict?
    let payload: ArgumentPayload?
}

extension Gateway {
    func decide(_ arrival: Arrival, _ access: any Access, _ resolved: Resolved)
        async throws(Refusal) -> Decided
    {
        let message = resolved.message
        switch message.method {
        case .toolsCall:
            let access = try await discovered(arrival, access, message)
            return try await decideCall(arrival, access, message)
        case .toolsList:
            let access = try await discovered(arrival, access, message)
            return Decided(access: access, verdict: nil, payload: nil)
        case .resourcesRead, .promptsGet, .completionComplete, .resourcesSubscribe:
            guard access.hasPolicy else { throw withoutPolicy(arrival, access, message) }
            return Decided(access: access, verdict: nil, payload: nil)
        default:
            return Decided(access: access, verdict: nil, payload: nil)
        }
    }

    private func decideCall(
        _ arrival: Arrival, _ access: any Access, _ message: ClientMessage
    ) async throws(Refusal) -> Decided {
        let tool = message.name ?? []
        let arguments = message.envelope.params?["arguments"]
        let payload = payload(of: arguments, tool, arrival, access)
        switch access.standing(of: tool) {
        case .hidden:
            throw unknown(.hidden(tool: tool), arrival, access, message, payload)
        case .unknown:
            throw unknown(nil, arrival, access, message, payload)
        case .quarantined:
            throw denied(
                Verdict(decision: .quarantined(tool: tool)), arrival, access, message, payload)
        case .active:
            break
        }
        if message.era == .modern {
            try await checkParameterHeaders(arrival, access, message)
        }
        let call = PolicyCall(tool: tool, arguments: arguments, server: access.upstream.slug)
        let verdict: Verdict
        do throws(Failure) {
            verdict = try await access.decide(call, id: arrival.call)
        } catch {
            log.error("gateway.decision_failed", error, ["call": .string(arrival.call)])
            throw refusal(
                RPCError(error), arrival, access, id: message.envelope.id, message: message)
        }
        guard verdict.decision.outcome == .allow else {
            throw denied(verdict, arrival, access, message, payload)
        }
        return Decided(access: access, verdict: verdict, payload: payload)
    }

    private func checkParameterHeaders(
        _ arrival: Arrival, _ access: any Access, _ message: ClientMessage
    ) async throws(Refusal) {
        let declared: ParameterHeaders
        do throws(Failure) {
            declared = try await parameterHeaders.declared(message.name ?? [], access)
        } catch {
            throw refusal(
                RPCError(error), arrival, access, id: message.envelope.id, message: message)
        }
        if declared.isEmpty { return }
        do throws(RPCError) {
            try declared.verify(
                arguments: message.envelope.params?["arguments"],
                headers: arrival.headers.parameters)
        } catch {
            throw refusal(error, arrival, access, id: message.envelope.id, message: message)
        }
    }

    private func payload(
        of arguments: JSON?, _ tool: [UInt8], _ arrival: Arrival, _ access: any Access
    ) -> ArgumentPayload? {
        guard let arguments, arguments.count > 0 else { return nil }
        let rows = ArgumentRows(
            arguments, key: access.keys.key(.mac),
            knows: { access.schemaKnows($0, of: tool) })
        return ArgumentPayload(id: arrival.call, rows: rows, entropy: entropy)
    }

    // MARK: Refusing

    private func denied(
        _ verdict: Verdict, _ arrival: Arrival, _ access: any Access, _ message: ClientMessage,
        _ payload: ArgumentPayload?
    ) -> Refusal {
        let decision = verdict.decision
        let id = message.envelope.id ?? RequestID(0)
        let denial = ToolDenial(
            message: decision.message, code: decision.code?.rawValue ?? "policy_denied",
            decisionID: arrival.call,
            retryAfterSeconds: decision.retryAt.map { Self.seconds(from: arrival.time, to: $0) })
        var refusal = Refusal(
            .json(200, denial.response(id: id, era: message.era)), id: id,
            record: refusedRecord(decision, arrival, access, message, payload))
        refusal.record?.describe(verdict)
        refusal.payload = payload
        refusal.keys = access.keys
        return refusal
    }

    /// `decision` is nil for a tool that does not exist and the hiding one for a tool that must
    /// look so: the answer is the same, the record is not.
    private func unknown(
        _ decision: Policy.Decision?, _ arrival: Arrival, _ access: any Access,
        _ message: ClientMessage, _ payload: ArgumentPayload?
    ) -> Refusal {
        let error = RPCError.unknownTool(message.name ?? [], era: message.era)
        var refusal = refusal(error, arrival, access, id: message.envelope.id, message: message)
        if let decision {
            refusal.record = refusedRecord(decision, arrival, access, message, payload)
        }
        refusal.record?.payload = payload?.summary ?? .empty
        refusal.payload = payload
        refusal.keys = access.keys
        return refusal
    }

    private func withoutPolicy(
        _ arrival: Arrival, _ access: any Access, _ message: ClientMessage
    ) -> Refusal {
        let decision = Policy.Decision.noPolicy()
        let error = RPCError(
            status: message.era == .modern ? 403 : 200, code: 403, decision.message, .forbidden,
            data: .object([.init("code", "no_policy"), .init("decision_id", .string(arrival.call))])
        )
        return Refusal(
            error, id: message.envelope.id,
            record: refusedRecord(decision, arrival, access, message, nil))
    }

    private func refusedRecord(
        _ decision: Policy.Decision, _ arrival: Arrival, _ access: any Access,
        _ message: ClientMessage, _ payload: ArgumentPayload?
    ) -> CallRecord {
        var record = newRecord(
            .refused, arrival, access.holder, decision.outcome == .approve ? .approve : .deny)
        record.code = decision.code?.rawValue
        record.rule = decision.rule
        record.server = access.upstream.slug
        record.payload = payload?.summary ?? .empty
        record.describe(message)
        return record
    }

    /// Whole seconds, rounded up: after that many the call may pass.
    private static func seconds(from now: Timestamp, to then: Timestamp) -> Int {
        max(1, Int((then.microseconds - now.microseconds + 999_999) / 1_000_000))
    }
}
