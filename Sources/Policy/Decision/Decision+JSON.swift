public import Core

/// The decision as `policy eval` prints it.
extension Decision {
    /// `{"outcome","code","rule","policy","message","obligations","limits","explain"}`. What does
    /// not apply is null. Amounts are decimal strings, so that no reader rounds them.
    public func serialized(policy: String?) -> [UInt8] {
        var writer = JSONWriter()
        write(to: &writer, policy: policy)
        return writer.bytes
    }

    public func write(to writer: inout JSONWriter, policy: String?) {
        writer.beginObject()
        writer.key("outcome")
        writer.string(outcome.rawValue)
        writer.key("code")
        writer.optional(code?.rawValue)
        writer.key("rule")
        writer.optional(rule.isEmpty ? nil : rule)
        writer.key("policy")
        writer.optional(policy)
        writer.key("message")
        writer.optional(message.isEmpty ? nil : message)
        writer.key("obligations")
        writer.beginArray()
        writer.endArray()
        writer.key("limits")
        writer.beginArray()
        for limit in limits { limit.write(to: &writer) }
        writer.endArray()
        writer.key("explain")
        writer.beginArray()
        for trace in explain { trace.write(to: &writer) }
        writer.endArray()
        writer.endObject()
    }
}

extension LimitStatus {
    func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.key("counter")
        writer.string(counter.name)
        writer.key("rule")
        writer.string(rule)
        writer.key("window")
        writer.string(counter.window.rawValue)
        writer.key("scope")
        writer.string(counter.scope.rawValue)
        writer.key(isExclusive ? "below" : "max")
        writer.string(max.description)
        writer.key("remaining")
        writer.string(remaining.description)
        writer.key("reset")
        writer.string(counter.resetAt.rfc3339)
        writer.endObject()
    }
}

extension RuleTrace {
    func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.key("rule")
        writer.string(rule)
        writer.key("effect")
        writer.string(effect.rawValue)
        writer.key("result")
        writer.string(result.rawValue)
        if let condition {
            writer.key("condition")
            writer.beginObject()
            writer.key("path")
            writer.string(condition.path)
            writer.key("op")
            writer.string(condition.op)
            writer.key("expected")
            writer.string(condition.expected)
            writer.key("found")
            writer.string(condition.found)
            writer.endObject()
        }
        writer.endObject()
    }
}

extension JSONWriter {
    fileprivate mutating func optional(_ text: String?) {
        if let text { string(text) } else { null() }
    }
}
