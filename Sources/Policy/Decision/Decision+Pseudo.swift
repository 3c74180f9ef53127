/// Decisions that no written rule makes. Their rules stand in parentheses.
extension Decision {
    public static let hiddenRule = "(hidden)"
    public static let defaultDenyRule = "(default deny)"
    public static let noPolicyRule = "(no policy)"
    public static let killSwitchRule = "(kill switch)"
    public static let quarantinedRule = "(quarantined)"

    /// A tool the agent must not know of. The gateway answers as for a tool that does not exist;
    /// the message is for the record.
    public static func hidden(tool: [UInt8]) -> Decision {
        Decision(
            .deny, code: .hidden, stage: .hidden, rule: hiddenRule,
            message: "Tool \(quoted(tool)) is hidden by policy.")
    }

    /// A tool that no key names, under `default: deny`.
    public static func unlisted(tool: [UInt8]) -> Decision {
        Decision(
            .deny, code: .policyDenied, stage: .listed, rule: defaultDenyRule,
            message: "Tool \(quoted(tool)) is not permitted by policy.")
    }

    /// A grant that no enforced policy stands behind.
    public static func noPolicy() -> Decision {
        Decision(
            .deny, code: .noPolicy, stage: .listed, rule: noPolicyRule,
            message: "No policy is enforced for this grant, so every call is denied.")
    }

    /// A kill switch is on.
    public static func killed() -> Decision {
        Decision(
            .deny, code: .killed, stage: .killSwitch, rule: killSwitchRule,
            message: "An administrator has stopped these calls.")
    }

    /// A tool whose definition awaits review.
    public static func quarantined(tool: [UInt8]) -> Decision {
        Decision(
            .deny, code: .quarantined, stage: .quarantined, rule: quarantinedRule,
            message: "Tool \(quoted(tool)) awaits review by an administrator.")
    }

    private static func quoted(_ tool: [UInt8]) -> String {
        "\"\(String(decoding: tool, as: UTF8.self))\""
    }
}
