// Stage 4: the intent, durable before anything is forwarded; and the shape of every record the
// data plane writes.
internal import Core
internal import Governance
internal import HTTP
internal import MCP
internal import Policy
internal import Vault

/// A request whose intent is on record. A class for the same reason as `Arrival`.
final class Call: Sendable {
    let arrival: Arrival
    let access: any Access
    /// Nil for GET and DELETE.
    let message: ClientMessage?
    let session: SessionToken?
    let verdict: Verdict?
    let intent: CallRecord

    init(
        arrival: Arrival, access: any Access, message: ClientMessage?, session: SessionToken?,
        verdict: Verdict?, intent: CallRecord
    ) {
        self.arrival = arrival
        self.access = access
        self.message = message
        self.session = session
        self.verdict = verdict
        self.intent = intent
    }

    var era: Era { message?.era ?? .legacy }
    var id: RequestID? { message?.envelope.id }
}

extension Gateway {
    /// Records the intent of a POST. A failure gives back what was reserved and stops the call.
    func record(_ arrival: Arrival, _ decided: Decided, _ resolved: Resolved)
        async throws(Refusal) -> Call
    {
        let access = decided.access
        var intent = newRecord(.intent, arrival, access.holder, .allow)
        intent.server = access.upstream.slug
        intent.describe(resolved.message)
        if let verdict = decided.verdict { intent.describe(verdict) }
        intent.payload = decided.payload?.summary ?? .empty
        do throws(Failure) {
            try await governed.append(intent, decided.payload, access.keys)
        } catch {
            log.error("gateway.intent_unrecorded", error, ["call": .string(arrival.call)])
            await decided.verdict?.release?()
            throw Refusal(.auditUnavailable, id: resolved.message.envelope.id)
        }
        return Call(
            arrival: arrival, access: access, message: resolved.message,
            session: resolved.session, verdict: decided.verdict, intent: intent)
    }

    /// Records the intent of a GET or DELETE.
    func record(_ arrival: Arrival, _ access: any Access, session: SessionToken?)
        async throws(Refusal) -> Call
    {
        var intent = newRecord(.intent, arrival, access.holder, .allow)
        intent.server = access.upstream.slug
        intent.method = arrival.request.method.name
        intent.era = "legacy"
        do throws(Failure) {
            try await governed.append(intent, nil, nil)
        } catch {
            log.error("gateway.intent_unrecorded", error, ["call": .string(arrival.call)])
            throw Refusal(.auditUnavailable)
        }
        return Call(
            arrival: arrival, access: access, message: nil, session: session, verdict: nil,
            intent: intent)
    }

    /// Records how a call ended. False when that cannot be done: the answer must not leave then.
    func recordOutcome(
        _ outcome: CallRecord.Outcome, of call: Call, code: String? = nil, status: Int? = nil,
        result: CallRecord.Result? = nil
    ) async -> Bool {
        var record = CallRecord(
            outcome: outcome, of: call.intent, id: ids.next(), time: clock.now(), code: code)
        record.upstreamStatus = status
        record.result = result
        let elapsed = clock.monotonicNanoseconds() &- call.arrival.startedNanoseconds
        record.latencyMicroseconds = Int(elapsed / 1_000)
        do throws(Failure) {
            try await governed.append(record, nil, nil)
            return true
        } catch {
            log.error("gateway.outcome_unrecorded", error, ["call": .string(call.arrival.call)])
            return false
        }
    }

    func newRecord(
        _ kind: CallRecord.Kind, _ arrival: Arrival, _ holder: Holder,
        _ decision: CallRecord.Decision
    ) -> CallRecord {
        var record = CallRecord(
            kind, id: arrival.call, time: arrival.time, tenant: holder.tenant, decision: decision)
        record.grant = holder.grant
        record.agent = holder.agent
        record.requestID = arrival.requestID
        return record
    }
}

extension CallRecord {
    mutating func describe(_ message: ClientMessage?) {
        guard let message else { return }
        method = message.method?.text
        era = message.era == .modern ? "modern" : "legacy"
        revision = message.revision?.text
        if message.method == .toolsCall, let name = message.name {
            tool = String(decoding: name, as: UTF8.self)
        }
    }

    mutating func describe(_ verdict: Verdict) {
        if !verdict.decision.rule.isEmpty { rule = verdict.decision.rule }
        policy = verdict.policy
        policyVersion = verdict.policyVersion
        policies = verdict.policies
    }
}
