import Core
import Policy
import Testing

@Suite struct LayeredTests {
    private static let time = Timestamp(microseconds: 0)
    private static let call = PolicyCall(
        tool: [UInt8]("t".utf8), arguments: nil, server: "desk")

    private static func attachment(
        _ layer: LayeredDecision.Layer, _ mode: LayeredDecision.Mode, _ policy: String,
        counted: Int = 0
    ) throws -> LayeredDecision.Attachment {
        let policy = try compiled(policy)
        var context = PolicyContext(time: time)
        for counter in policy.counters(for: call, at: time) {
            context.counters[counter] = ExactDecimal(counted)
        }
        return LayeredDecision.Attachment(
            layer: layer, policyID: "\(layer)-\(mode)", version: 3, mode: mode, policy: policy,
            context: context)
    }

    private static func combined(
        _ attachments: LayeredDecision.Attachment...
    ) -> LayeredDecision {
        LayeredDecision.combine(attachments, call: call)
    }

    private static let open = #"{"version":"1"}"#
    private static let closed = #"{"version":"1","default":"deny"}"#
    private static let hiding = #"{"version":"1","hide":["t"]}"#
    private static let denying =
        #"{"version":"1","tools":{"t":{"rules":[{"name":"n","action":"deny"}]}}}"#
    private static let limited =
        #"{"version":"1","tools":{"t":{"rules":[{"name":"l","rate_limit":"2/day"}]}}}"#

    @Test("Without an enforced policy on the grant nothing is allowed") func noPolicy() throws {
        for attachments in [
            [], [try Self.attachment(.grant, .shadow, Self.open)],
            [try Self.attachment(.grant, .warn, Self.open)],
            [try Self.attachment(.tenant, .enforce, Self.open)],
            [try Self.attachment(.tenant, .enforce, Self.denying)],
        ] {
            let decision = LayeredDecision.combine(attachments, call: Self.call)
            #expect(decision.decision.outcome == .deny)
            #expect(decision.decision.code == .noPolicy)
            #expect(decision.decision.rule == "(no policy)")
            #expect(decision.decidedBy == nil)
            #expect(decision.parts.count == attachments.count)
        }
    }

    @Test("A tenant that hides a tool hides it even where there is no policy") func hidden() throws
    {
        let decision = Self.combined(try Self.attachment(.tenant, .enforce, Self.hiding))
        #expect(decision.decision.code == .hidden)
    }

    @Test("Every enforced layer must allow") func mostRestrictive() throws {
        let grant = try Self.attachment(.grant, .enforce, Self.open)
        #expect(Self.combined(grant).decision.outcome == .allow)
        let both = Self.combined(try Self.attachment(.server, .enforce, Self.denying), grant)
        #expect(both.decision.outcome == .deny)
        #expect(both.decidedBy == 0)
    }

    @Test("An earlier stage of a later layer comes first") func stagesOutermost() throws {
        let decision = Self.combined(
            try Self.attachment(.tenant, .enforce, Self.limited, counted: 2),
            try Self.attachment(.server, .enforce, Self.denying),
            try Self.attachment(.grant, .enforce, Self.hiding))
        #expect(decision.decidedBy == 2)
        #expect(decision.decision.rule == "(hidden)")
    }

    @Test("Within a stage the tenant's denial is reported") func tenantFirst() throws {
        let decision = Self.combined(
            try Self.attachment(.grant, .enforce, Self.denying),
            try Self.attachment(.tenant, .enforce, Self.denying))
        #expect(decision.decidedBy == 1)
    }

    @Test("Shadow and warn decide but never act") func observers() throws {
        let decision = Self.combined(
            try Self.attachment(.grant, .shadow, Self.closed),
            try Self.attachment(.tenant, .warn, Self.denying),
            try Self.attachment(.grant, .enforce, Self.open))
        #expect(decision.decision.outcome == .allow)
        #expect(decision.parts.map(\.decision.outcome) == [.deny, .deny, .allow])
    }

    @Test("Reservations of every enforced layer are made, of observers none") func reserved() throws
    {
        let decision = Self.combined(
            try Self.attachment(.tenant, .enforce, Self.limited),
            try Self.attachment(.grant, .shadow, Self.limited),
            try Self.attachment(.grant, .enforce, Self.limited))
        #expect(decision.decision.outcome == .allow)
        #expect(decision.decision.reservations.count == 2)
        #expect(decision.decision.limits.count == 2)
    }
}
