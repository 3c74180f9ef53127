import Core

/// A policy as its author wrote it, checked: the model that every version of the language reads
/// into. `CompiledPolicy` makes it fast.
public struct PolicyDocument: Sendable {
    /// The versions of the language that this build reads.
    public enum Version: String, Sendable, CaseIterable {
        case one = "1"
    }

    /// What becomes of a tool that no key of `tools` names.
    public enum Posture: String, Sendable, CaseIterable {
        case allow
        case deny
    }

    public let version: Version
    public let description: String?
    public let posture: Posture
    /// What is valid but deserves a second look.
    public let warnings: [PolicyIssue]

    let hidden: HiddenTools
    let tools: [ToolRules]
    /// The rules of every call, after the tool's own.
    let everyCall: [Rule]
    /// What rules count; rules refer to them by position.
    let counters: [CounterDefinition]

    /// Reads YAML, or JSON where the text begins with `{` or `[`; reports all errors at once.
    public static func parse(_ bytes: [UInt8]) -> Result<PolicyDocument, PolicyIssues> {
        PolicyReader.read(bytes)
    }
}

/// The tools that an agent must not know of.
struct HiddenTools: Sendable {
    var names: Set<[UInt8]> = []
    var all = false
}

/// The rules under one key of `tools`.
struct ToolRules: Sendable {
    /// Whom a key means.
    enum Key: Sendable {
        case exact([UInt8])
    }

    let key: Key
    let rules: [Rule]
}

/// A named rule and what it does, in document order of its effects.
struct Rule: Sendable {
    let name: String
    /// RFC 6901, with the rule's name in place of its position:
    /// `/tools/create_refund/rules/never-above-the-cap`.
    let pointer: String
    let effects: [Effect]
    /// What to tell the agent; nil for the rule's own words.
    let onDeny: String?
}

/// What a rule does to a call that it applies to.
enum Effect: Sendable {
    case deny
    /// Denies unless the condition holds.
    case require(Condition)
    /// Counts the call and denies beyond the bound.
    case limit(Limit)
}

/// What a call adds to a counter, and how far the counter may go.
struct Limit: Sendable {
    enum Increment: Sendable {
        case fixed(ExactDecimal)
        case argument(ArgumentPath)
    }

    /// The greatest value the counter may have once the call is counted.
    struct Bound: Sendable {
        let max: ExactDecimal
        /// True when the counter must stay below `max` rather than at it.
        let isExclusive: Bool

        func admits(_ value: ExactDecimal) -> Bool {
            isExclusive ? value < max : !(max < value)
        }
    }

    /// Position in the document's counters.
    let counter: Int
    let increment: Increment
    let bound: Bound?
}

/// A counter that a rule keeps.
struct CounterDefinition: Sendable {
    /// What it counts decides how a denial is called.
    enum Measure: Sendable {
        case calls
        case sum
    }

    /// `<tool|_global>.<counter>`
    let name: CounterName
    let window: CounterWindow
    let measure: Measure
}
