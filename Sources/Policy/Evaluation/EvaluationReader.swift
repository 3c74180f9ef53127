import Core

/// Checks the call and the context of an evaluation, reporting everything wrong at once.
struct EvaluationReader {
    struct Settings {
        var server = ""
        var time: Timestamp
    }

    private(set) var issues: [PolicyIssue] = []

    mutating func call(_ json: JSON) -> PolicyCall {
        var call = PolicyCall(tool: [], arguments: nil, server: "")
        guard checkKeys(of: json, "call", known: ["tool", "args"]) else { return call }
        if let tool = json["tool"] {
            call.tool = tool.utf8 ?? []
            if tool.kind != .string { report("call.tool", "a tool's name is text") }
        } else {
            report("call.tool", "`tool` is missing; write the tool's name")
        }
        if let arguments = json["args"], !arguments.isNull {
            call.arguments = arguments
            if arguments.kind != .object { report("call.args", "arguments are an object") }
        }
        return call
    }

    mutating func context(
        _ json: JSON?, now: Timestamp
    ) -> (settings: Settings, counters: [[UInt8]: ExactDecimal]) {
        var settings = Settings(time: now)
        let known = [
            "server", "class", "severity", "agent", "grant", "time", "counters", "prior",
        ]
        guard let json, checkKeys(of: json, "context", known: known) else {
            return (settings, [:])
        }
        if let server = text(json, "server") { settings.server = server }
        _ = text(json, "class")
        _ = text(json, "severity")
        for key in ["agent", "grant"] {
            let value = json.member([UInt8](key.utf8))
            guard let value, value.kind != .object else { continue }
            report("context.\(key)", "`\(key)` is an object")
        }
        if let prior = json["prior"], prior.kind != .array {
            report("context.prior", "`prior` is a list of calls")
        }
        if let text = text(json, "time") {
            if let time = Timestamp(rfc3339: text) {
                settings.time = time
            } else {
                report("context.time", "`time` is a moment such as `2026-01-01T00:00:00Z`")
            }
        }
        return (settings, json["counters"].map { counters($0) } ?? [:])
    }

    private mutating func counters(_ json: JSON) -> [[UInt8]: ExactDecimal] {
        guard json.kind == .object else {
            report("context.counters", "`counters` is an object from counter names to amounts")
            return [:]
        }
        var counters: [[UInt8]: ExactDecimal] = [:]
        for member in json.members {
            let amount =
                member.value.decimal ?? member.value.utf8.flatMap { ExactDecimal(lexeme: $0) }
            if let amount {
                counters[member.key.utf8] = amount
            } else {
                report(
                    "context.counters." + member.key.string,
                    "an amount is a decimal such as \"990000\"")
            }
        }
        return counters
    }

    private mutating func text(_ json: JSON, _ key: String) -> String? {
        guard let value = json.member([UInt8](key.utf8)) else { return nil }
        if value.kind != .string { report("context.\(key)", "`\(key)` is text") }
        return value.string
    }

    private mutating func checkKeys(of json: JSON, _ what: String, known: [String]) -> Bool {
        guard json.kind == .object else {
            report(what, "a \(what) is a JSON object")
            return false
        }
        for member in json.members where !known.contains(where: { member.key.equals($0) }) {
            let hint = Suggestion.phrase(for: member.key.utf8, among: known)
            report("\(what).\(member.key.string)", "unknown key `\(member.key.string)`\(hint)")
        }
        return true
    }

    private mutating func report(_ pointer: String, _ message: String) {
        issues.append(PolicyIssue(pointer: pointer, line: nil, message: message))
    }
}

extension JSONString {
    fileprivate func equals(_ text: String) -> Bool { equals([UInt8](text.utf8)) }
}
