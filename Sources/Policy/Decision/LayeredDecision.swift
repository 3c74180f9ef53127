/// Several policies on one call: tenant guardrails, the server's policy, the grant's policy.
///
/// Every enforced layer must allow. Stages stand outermost: a denial by an earlier stage of any
/// layer comes before one by a later stage of another; within a stage tenant, server, grant.
/// Policies that only observe are decided too, recorded, and never act.
public struct LayeredDecision: Sendable {
    public enum Layer: String, Sendable, CaseIterable {
        case tenant
        case server
        case grant

        /// The order within a stage.
        var rank: Int {
            switch self {
            case .tenant: 0
            case .server: 1
            case .grant: 2
            }
        }
    }

    /// What an attachment does with its policy's decision.
    public enum Mode: String, Sendable, CaseIterable {
        /// Decide and record, never act.
        case shadow
        /// Act as if allowed, and flag it.
        case warn
        case enforce
    }

    /// A policy on a layer, with the counters it reads.
    public struct Attachment: Sendable {
        public let layer: Layer
        public let policyID: String
        public let version: Int
        public let mode: Mode
        public let policy: CompiledPolicy
        public let context: PolicyContext

        public init(
            layer: Layer, policyID: String, version: Int, mode: Mode, policy: CompiledPolicy,
            context: PolicyContext
        ) {
            self.layer = layer
            self.policyID = policyID
            self.version = version
            self.mode = mode
            self.policy = policy
            self.context = context
        }
    }

    /// What one attached policy decided by itself.
    public struct Part: Sendable {
        public let layer: Layer
        public let policyID: String
        public let version: Int
        public let mode: Mode
        public let decision: Decision
    }

    /// What holds for the call.
    public let decision: Decision
    /// Position in `parts` of the policy that denied or held the call; nil when it is allowed, or
    /// when no policy is enforced.
    public let decidedBy: Int?
    /// Every attached policy's own decision, in the order given. The reservations of an allowed
    /// call stand in each enforced part, for a counter belongs to its policy and layer.
    public let parts: [Part]

    /// Decides a call under every attached policy. Without an enforced policy on the grant's layer
    /// nothing is allowed: `(no policy)`.
    public static func combine(_ attachments: [Attachment], call: PolicyCall) -> LayeredDecision {
        let parts = attachments.map { attachment in
            Part(
                layer: attachment.layer, policyID: attachment.policyID,
                version: attachment.version, mode: attachment.mode,
                decision: attachment.policy.decide(call, context: attachment.context))
        }
        return combine(parts)
    }

    static func combine(_ parts: [Part]) -> LayeredDecision {
        let enforced = parts.indices.filter { parts[$0].mode == .enforce }
        let denial = first(of: enforced.filter { parts[$0].decision.outcome == .deny }, in: parts)
        let hasGrantPolicy = enforced.contains { parts[$0].layer == .grant }
        if !hasGrantPolicy, denial.map({ parts[$0].decision.stage > .listed }) ?? true {
            return LayeredDecision(decision: .noPolicy(), decidedBy: nil, parts: parts)
        }
        if let denial {
            return LayeredDecision(
                decision: parts[denial].decision, decidedBy: denial, parts: parts)
        }
        let held = enforced.filter { parts[$0].decision.outcome == .approve }
        let deciding = first(of: held, in: parts)
        var decision = deciding.map { parts[$0].decision } ?? Decision(.allow, stage: .approval)
        decision.reservations = enforced.flatMap { parts[$0].decision.reservations }
        decision.limits = enforced.flatMap { parts[$0].decision.limits }
        decision.explain = enforced.flatMap { parts[$0].decision.explain }
        return LayeredDecision(decision: decision, decidedBy: deciding, parts: parts)
    }

    /// The earliest by stage, then layer, then order given.
    private static func first(of indices: [Int], in parts: [Part]) -> Int? {
        indices.min { left, right in
            let (a, b) = (parts[left], parts[right])
            return (a.decision.stage.rawValue, a.layer.rank, left)
                < (b.decision.stage.rawValue, b.layer.rank, right)
        }
    }
}
