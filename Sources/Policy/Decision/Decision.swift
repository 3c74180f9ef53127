public import Core

/// What a policy says of a call, and why. A value: the shell acts on it.
public struct Decision: Sendable, Equatable {
    public enum Outcome: String, Sendable {
        case allow
        case deny
        case approve
    }

    /// Why a call is not simply allowed, in one word for programs.
    public enum Code: String, Sendable, CaseIterable {
        case policyDenied = "policy_denied"
        case rateLimited = "rate_limited"
        case budgetExceeded = "budget_exceeded"
        case approvalRequired = "approval_required"
        case duplicate
        case conflict
        case hidden
        case noPolicy = "no_policy"
        case killed
        case quarantined
    }

    /// Where in the order of a decision it was made. The first denial in this order is the one
    /// reported, whatever layer it comes from.
    public enum Stage: Int, Sendable, Comparable {
        case killSwitch, grant, hidden, unknown, quarantined, readOnly, schema, listed
        case requirements, prior, once, limits, approval

        public static func < (left: Stage, right: Stage) -> Bool {
            left.rawValue < right.rawValue
        }
    }

    public var outcome: Outcome
    /// Nil when the call is allowed.
    public var code: Code?
    /// Where the decision fell; for an allowed call, the last stage.
    public var stage: Stage
    /// The deciding rule's pointer (`/tools/create_refund/rules/never-above-the-cap`) or a
    /// pseudo-rule such as `(default deny)`; empty when the call is allowed.
    public var rule: String
    /// What to tell the agent; empty when the call is allowed.
    public var message: String
    /// What counters must grow by before the call goes on; empty unless it is allowed.
    public var reservations: [Reservation]
    /// How the limits stand: after this call when it is allowed, now when a limit denied it.
    public var limits: [LimitStatus]
    /// When a call that a limit denied may pass; nil when waiting does not help.
    public var retryAt: Timestamp?
    /// How each rule fared, when the context asked for it. Types, never values.
    public var explain: [RuleTrace]

    public init(
        _ outcome: Outcome, code: Code? = nil, stage: Stage, rule: String = "",
        message: String = "", reservations: [Reservation] = [], limits: [LimitStatus] = [],
        retryAt: Timestamp? = nil, explain: [RuleTrace] = []
    ) {
        self.outcome = outcome
        self.code = code
        self.stage = stage
        self.rule = rule
        self.message = message
        self.reservations = reservations
        self.limits = limits
        self.retryAt = retryAt
        self.explain = explain
    }
}

/// What one call adds to a counter. The store adds it in the transaction that read the counter.
public struct Reservation: Sendable, Equatable {
    public let counter: CounterRef
    /// Zero or more.
    public let increment: ExactDecimal
    /// The greatest value the counter may have afterwards; nil for one that only counts.
    public let max: ExactDecimal?
    /// True when the counter must stay below `max` rather than at it.
    public let isExclusive: Bool

    public init(
        counter: CounterRef, increment: ExactDecimal, max: ExactDecimal?, isExclusive: Bool = false
    ) {
        self.counter = counter
        self.increment = increment
        self.max = max
        self.isExclusive = isExclusive
    }
}

/// How a limit stands.
public struct LimitStatus: Sendable, Equatable {
    public let counter: CounterRef
    /// The rule that sets the limit.
    public let rule: String
    public let max: ExactDecimal
    public let isExclusive: Bool
    /// What the counter may still grow by; never below zero.
    public let remaining: ExactDecimal
}

/// How one rule fared.
public struct RuleTrace: Sendable, Equatable {
    public enum Effect: String, Sendable { case deny, require, limit }

    public enum Result: String, Sendable {
        /// A rule that denies outright was reached.
        case applied
        case held
        case failed
    }

    /// The condition that did not hold: its path, its operator, the type it wanted and the type it
    /// met. Never a value.
    public struct Condition: Sendable, Equatable {
        public let path: String
        public let op: String
        public let expected: String
        public let found: String
    }

    public let rule: String
    public let effect: Effect
    public let result: Result
    public let condition: Condition?
}
