internal import Core
internal import Policy
internal import Vault

// The canonical entry of a call: RFC 8785 JSON, members in byte order of their names, numbers
// integers below 2^53, everything else a string. Written directly; this is on every call's way.
//
// INVARIANT: the form is final. A new member may be added; none may change its name or meaning.
extension CallRecord {
    /// At most `Limits.auditEntryBytesMax` bytes, by the bounds of its texts.
    public var entry: [UInt8] {
        var text = EntryText(capacity: EntryText.usualBytes)
        text.id(",\"agent\":", agent)
        text.id(",\"call\":", call)
        text.string(",\"code\":", code)
        if count != 1 { text.int(",\"count\":", count) }
        text.word(",\"decision\":", decision.rawValue)
        if era != nil { text.string(",\"era\":", era) }
        text.id(",\"grant\":", grant)
        text.id(",\"id\":", id)
        text.word(",\"kind\":", kind.rawValue)
        text.int(",\"latency_us\":", latencyMicroseconds)
        text.string(",\"method\":", method)
        if let outcome { text.word(",\"outcome\":", outcome.rawValue) }
        writePayload(to: &text)
        writePolicies(to: &text)
        text.id(",\"policy\":", policy)
        text.int(",\"policy_version\":", policyVersion.map { Int($0) })
        text.string(",\"request_id\":", requestID)
        writeResult(to: &text)
        if revision != nil { text.string(",\"revision\":", revision) }
        text.string(",\"rule\":", rule)
        text.string(",\"server\":", server)
        if source != nil { text.string(",\"source\":", source) }
        text.id(",\"tenant\":", tenant.text)
        text.time(",\"time\":", time)
        text.string(",\"tool\":", tool)
        text.int(",\"upstream_status\":", upstreamStatus)
        text.literal(",\"v\":1")
        return text.finish()
    }

    private func writePayload(to text: inout EntryText) {
        text.int(",\"payload\":{\"count\":", payload.count)
        if let key = payload.key { text.word(",\"key\":", key.text) }
        text.word(",\"root\":", payload.rootText)
        text.literal("}")
    }

    private func writePolicies(to text: inout EntryText) {
        text.literal(",\"policies\":[")
        for (index, said) in policies.prefix(Limits.auditPoliciesMax).enumerated() {
            if index > 0 { text.literal(",") }
            text.id("{\"id\":", said.id)
            text.word(",\"layer\":", said.layer.rawValue)
            text.word(",\"mode\":", said.mode.rawValue)
            text.word(",\"outcome\":", said.outcome.rawValue)
            text.string(",\"rule\":", said.rule)
            text.int(",\"version\":", Int(said.version))
            text.literal("}")
        }
        text.literal("]")
    }

    private func writeResult(to text: inout EntryText) {
        guard let result else { return }
        text.int(",\"result\":{\"bytes\":", result.bytes)
        text.literal(
            result.isError ? ",\"is_error\":true,\"kinds\":[" : ",\"is_error\":false,\"kinds\":[")
        for (index, kind) in result.kinds.prefix(Limits.auditResultKindsMax).enumerated() {
            text.string(index > 0 ? "," : "", kind)
        }
        text.literal("]}")
    }
}
