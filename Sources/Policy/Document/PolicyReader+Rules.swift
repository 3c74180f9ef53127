import Core

/// Tools and their rules: the first pass, which learns the counters, and the making of rules.
extension PolicyReader {
    enum Action: String, CaseIterable {
        case evaluate
        case deny
    }

    /// A rule whose conditions are still to be read.
    struct RuleDraft {
        let name: [UInt8]
        let action: Action
        let onDeny: String?
        let conditions: [Place]
        /// The counter the rule keeps, and what a call adds to it.
        var counter: Int?
        var increment = Limit.Increment.fixed(ExactDecimal(1))
        /// The count of `rate_limit`.
        var rate: ExactDecimal?
        /// What to tell the agent where `on_deny` does not say.
        var defaultMessage: String?
    }

    struct ToolDraft {
        let key: [UInt8]
        let rules: [RuleDraft]

        var isEveryCall: Bool { key.elementsEqual("*".utf8) }
    }

    mutating func readTools(_ place: Place) -> (tools: [ToolRules], everyCall: [Rule]) {
        if place.node.isNull { return ([], []) }
        guard let entries = place.node.entries else {
            report(place, "`tools` is a map from tool names; this is \(place.node.kindName)")
            return ([], [])
        }
        var drafts: [ToolDraft] = []
        for entry in entries {
            let tool = Place(node: entry.value, pointer: place.pointer.member(entry.key))
            drafts.append(ToolDraft(key: entry.key, rules: drafted(entry, tool)))
        }
        var tools: [ToolRules] = []
        var everyCall: [Rule] = []
        for draft in drafts {
            let rules = draft.rules.compactMap { finished($0, tool: draft.key) }
            if draft.isEveryCall {
                everyCall = rules
            } else {
                tools.append(ToolRules(key: .exact(draft.key), rules: rules))
            }
        }
        return (tools, everyCall)
    }

    private mutating func drafted(_ entry: YAML.Entry, _ tool: Place) -> [RuleDraft] {
        if entry.key.isEmpty {
            report(tool.pointer, line: entry.keyLine, "a tool's name must not be empty")
        }
        if !entry.key.elementsEqual("*".utf8) { warnOfGlob(entry.key, tool) }
        if tool.node.isNull { return [] }
        guard let fields = fields(tool, known: ["rules"], of: "a tool"),
            let rules = fields["rules"]
        else { return [] }
        var drafts: [RuleDraft] = []
        var names: [[UInt8]: Int] = [:]
        for (index, place) in (list(rules, of: "`rules`") ?? []).enumerated() {
            guard let draft = readDraft(place, tool: entry.key) else { continue }
            if let first = names[draft.name] {
                let written = String(decoding: draft.name, as: UTF8.self)
                report(
                    Place(node: place.node, pointer: place.pointer.member("name")),
                    "duplicate rule name `\(written)` (rules[\(first)] has it); rename one")
            } else if !draft.name.isEmpty {
                names[draft.name] = index
            }
            drafts.append(draft)
        }
        return drafts
    }

    private mutating func readDraft(_ place: Place, tool: [UInt8]) -> RuleDraft? {
        let known = ["name", "action", "conditions", "on_deny", "rate_limit", "state"]
        guard let fields = fields(place, known: known, of: "a rule") else { return nil }
        var name: [UInt8]?
        if let given = fields["name"] {
            name = text(given, "a rule's name")
        } else {
            report(place, "a rule needs a `name`")
        }
        var action: Action? = .evaluate
        if let given = fields["action"] { action = word(given, "`action`", Action.self) }
        let conditions = fields["conditions"].flatMap { list($0, of: "`conditions`") } ?? []
        var draft = RuleDraft(
            name: name ?? [], action: action ?? .deny,
            onDeny: fields["on_deny"].flatMap { readOnDeny($0) }, conditions: conditions)
        if let rate = fields["rate_limit"] {
            readRate(rate, of: fields, tool: tool, into: &draft)
        } else if let state = fields["state"] {
            readState(state, tool: tool, into: &draft)
            if action == .deny { warn(state, "a rule that denies never counts a call") }
        }
        if action == .deny, let given = fields["conditions"], !conditions.isEmpty {
            report(given, "a rule with `action: deny` has no `conditions`; remove them")
        }
        if action == .evaluate, conditions.isEmpty, fields["rate_limit"] == nil,
            fields["conditions"].map({ $0.node.isNull || $0.node.elements != nil }) ?? true
        {
            report(
                fields["conditions"] ?? place,
                "a rule needs at least one condition, a `rate_limit`, or `action: deny`")
        }
        return draft
    }

    private mutating func readOnDeny(_ place: Place) -> String? {
        guard let message = place.node.string else {
            report(place, "`on_deny` is text; this is \(place.node.kindName)")
            return nil
        }
        return message.isEmpty ? nil : message
    }

    /// The second pass: conditions are read, and those on the rule's own counter become its bound.
    private mutating func finished(_ draft: RuleDraft, tool: [UInt8]) -> Rule? {
        var rows: [Condition] = []
        var bound = draft.rate.map { Limit.Bound(max: $0, isExclusive: false) }
        for place in draft.conditions {
            guard let row = readRow(place) else { continue }
            if let own = ownBound(row, of: draft) {
                bound = bound.map { tighter($0, own) } ?? own
            } else {
                rows.append(.row(row))
            }
        }
        var effects: [Effect] = draft.action == .deny ? [.deny] : []
        if !rows.isEmpty { effects.append(.require(.all(rows))) }
        if let counter = draft.counter, draft.action != .deny {
            let limit = Limit(counter: counter, increment: draft.increment, bound: bound)
            effects.append(.limit(limit))
        }
        let name = String(decoding: draft.name, as: UTF8.self)
        let pointer = RulePointer.text(tool: tool, rule: draft.name)
        return Rule(
            name: name, pointer: pointer, effects: effects,
            onDeny: draft.onDeny ?? draft.defaultMessage)
    }

    /// The bound that a row sets on the rule's own counter. Where only whole numbers are counted,
    /// below 5 is at most 4.
    private func ownBound(_ row: Row, of draft: RuleDraft) -> Limit.Bound? {
        guard let counter = draft.counter, case .counter(counter) = row.subject,
            let bound = row.test.upperBound
        else { return nil }
        if bound.isExclusive, bound.max.isInteger, case .fixed(let step) = draft.increment,
            step.isInteger, let below = bound.max - ExactDecimal(1)
        {
            return Limit.Bound(max: below, isExclusive: false)
        }
        return bound
    }

    private func tighter(_ left: Limit.Bound, _ right: Limit.Bound) -> Limit.Bound {
        if left.max == right.max { return left.isExclusive ? left : right }
        return left.max < right.max ? left : right
    }
}

/// RFC 6901 pointers to rules, by name.
enum RulePointer {
    static func text(tool: [UInt8], rule: [UInt8]) -> String {
        "/tools/\(escaped(tool))/rules/\(escaped(rule))"
    }

    private static func escaped(_ name: [UInt8]) -> String {
        var bytes: [UInt8] = []
        for byte in name {
            switch byte {
            case UInt8(ascii: "~"): bytes += [UInt8(ascii: "~"), UInt8(ascii: "0")]
            case UInt8(ascii: "/"): bytes += [UInt8(ascii: "~"), UInt8(ascii: "1")]
            default: bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
