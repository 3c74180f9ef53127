// A grant at a server, by the snapshot that was current when the request arrived.
internal import Core
internal import Governance
internal import Policy
internal import Vault

final class LiveAccess: Access {
    let holder: Holder
    let upstream: UpstreamServer
    let keys: TenantKeys
    private let grant: GrantAccess
    private let server: ServerSnapshot
    private let policies: [AttachedPolicy]
    private let token: ArraySlice<UInt8>
    private let governance: Governance
    private let clock: Clock
    private let log: Log

    init(
        holder: Holder, grant: GrantAccess, server: ServerSnapshot, policies: [AttachedPolicy],
        keys: TenantKeys, upstream: UpstreamServer, token: ArraySlice<UInt8>,
        governance: Governance, clock: Clock, log: Log
    ) {
        self.holder = holder
        self.grant = grant
        self.server = server
        self.policies = policies
        self.keys = keys
        self.upstream = upstream
        self.token = token
        self.governance = governance
        self.clock = clock
        self.log = log
    }

    var hasPolicy: Bool { policies.contains { $0.layer == .grant && $0.mode == .enforce } }
    var isDiscovered: Bool { server.isDiscovered }

    func standing(of tool: [UInt8]) -> ToolStanding {
        for attached in policies where attached.mode == .enforce {
            if attached.policy.hides(tool) { return .hidden }
        }
        switch server.tool(tool)?.state {
        case .active: return .active
        case .quarantined: return .quarantined
        case .removed, nil: return .unknown
        }
    }

    func definitionHash(of tool: [UInt8]) -> [UInt8]? { server.tool(tool)?.definitionHash }

    func definition(of tool: [UInt8]) async throws(Failure) -> [UInt8]? {
        try await governance.catalogue.tool(
            holder.tenant, serverID: server.id, name: String(decoding: tool, as: UTF8.self)
        ).definition
    }

    /// The pinned schema's keys are paths (`a`, `a.b`, `a[].b`); a key is known wherever it stands.
    func schemaKnows(_ key: [UInt8], of tool: [UInt8]) -> Bool {
        guard let keys = server.tool(tool)?.schemaKeys else { return false }
        if keys.contains(key) { return true }
        return keys.contains { path in
            path.count > key.count && path.suffix(key.count).elementsEqual(key)
                && path[path.count - key.count - 1] == UInt8(ascii: ".")
        }
    }

    func credential() async throws(Failure) -> [InjectedHeader] {
        try await governance.credentials.headers(
            holder.tenant, serverID: server.id, version: server.credentialVersion)
    }

    func isLive() async -> Bool {
        do throws(Failure) {
            let grant = try await governance.grantCache.authenticate(token)
            let snapshot = try await governance.snapshots.current(holder.tenant)
            guard let server = snapshot.server(slug: Array(upstream.slug.utf8)) else {
                return false
            }
            return grant.opens(server)
        } catch {
            // What cannot be checked is not trusted: the client opens its stream again.
            return false
        }
    }

    // MARK: Deciding

    func decide(_ call: PolicyCall, id: String) async throws(Failure) -> Verdict {
        if grant.isReadOnly, server.tool(call.tool)?.toolClass != .read {
            return Verdict(decision: Self.readOnly)
        }
        let now = clock.now()
        let policies = policies
        let plans = policies.map {
            CounterPlan(
                keeper: CounterKeeper($0, grantID: holder.grant),
                counters: $0.policy.counters(for: call, at: now))
        }
        let counted = try await governance.counters.decide(holder.tenant, plans) { values in
            let layered = LayeredDecision.combine(
                zip(policies, values).map { Self.attachment($0, now, $1) }, call: call)
            // Policies that only observe reserve nothing: they count apart from those that act.
            let reservations = layered.parts.map { part in
                layered.decision.outcome == .allow && part.mode == .enforce
                    ? part.decision.reservations : []
            }
            return (layered, reservations)
        }
        return verdict(counted.decision, holds: counted.holds, call: id)
    }

    private func verdict(_ layered: LayeredDecision, holds: [CounterHold], call: String) -> Verdict
    {
        let parts = layered.parts
        let deciding =
            layered.decidedBy
            ?? parts.lastIndex { $0.layer == .grant && $0.mode == .enforce }
        var verdict = Verdict(
            decision: layered.decision, policy: deciding.map { parts[$0].policyID },
            policyVersion: deciding.map { Int64(parts[$0].version) },
            policies: parts.map(Self.outcome))
        if !holds.isEmpty {
            let (governance, tenant, log) = (governance, holder.tenant, log)
            verdict.release = {
                do throws(Failure) {
                    try await governance.counters.release(tenant, holds)
                } catch {
                    log.warning("gateway.release_failed", error, ["call": .string(call)])
                }
            }
        }
        return verdict
    }

    private static func attachment(
        _ attached: AttachedPolicy, _ now: Timestamp, _ counters: [CounterRef: ExactDecimal]
    ) -> LayeredDecision.Attachment {
        let layer: LayeredDecision.Layer =
            switch attached.layer {
            case .tenant: .tenant
            case .server: .server
            case .grant: .grant
            }
        let mode: LayeredDecision.Mode =
            switch attached.mode {
            case .shadow: .shadow
            case .warn: .warn
            case .enforce: .enforce
            }
        return LayeredDecision.Attachment(
            layer: layer, policyID: attached.policyID, version: attached.version, mode: mode,
            policy: attached.policy, context: PolicyContext(time: now, counters: counters))
    }

    private static func outcome(_ part: LayeredDecision.Part) -> CallRecord.PolicyOutcome {
        let layer: Layer =
            switch part.layer {
            case .tenant: .tenant
            case .server: .server
            case .grant: .grant
            }
        let mode: AttachmentMode =
            switch part.mode {
            case .shadow: .shadow
            case .warn: .warn
            case .enforce: .enforce
            }
        let outcome: CallRecord.Decision =
            switch part.decision.outcome {
            case .allow: .allow
            case .deny: .deny
            case .approve: .approve
            }
        let rule = part.decision.rule
        return CallRecord.PolicyOutcome(
            layer: layer, id: part.policyID, version: Int64(part.version), mode: mode,
            outcome: outcome, rule: rule.isEmpty ? nil : rule)
    }

    private static let readOnly = Policy.Decision(
        .deny, code: .policyDenied, stage: .readOnly, rule: "(read-only grant)",
        message: "This grant is read-only, and the tool is not classed as read.")
}
