// The answer to a refused `tools/call`: a result, not an error, so that the model reads why.
internal import Core

/// What an agent is told about a call that was not executed.
public struct ToolDenial: Sendable {
    /// The policy's `on_deny`, or the gateway's own words.
    public var message: String
    /// The decision's code: `policy_denied`, `rate_limited`, `no_policy`, …
    public var code: String
    public var decisionID: String
    /// Whole seconds until the same call may succeed, where time is what it lacks.
    public var retryAfterSeconds: Int?

    public init(message: String, code: String, decisionID: String, retryAfterSeconds: Int? = nil) {
        self.message = message
        self.code = code
        self.decisionID = decisionID
        self.retryAfterSeconds = retryAfterSeconds
    }

    /// The JSON-RPC response: an `isError` result with `_meta["bailiwick.dev/decision"]`.
    public func response(id: RequestID, era: Era) -> [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("jsonrpc")
        writer.string("2.0")
        writer.key("id")
        writer.text(id.json)
        writer.key("result")
        writer.beginObject()
        if era == .modern {
            writer.key("resultType")
            writer.string("complete")
        }
        writer.key("content")
        writer.beginArray()
        writer.beginObject()
        writer.key("type")
        writer.string("text")
        writer.key("text")
        writer.string("[POLICY DENIED] " + message)
        writer.endObject()
        writer.endArray()
        writer.key("isError")
        writer.bool(true)
        writer.key("_meta")
        writer.beginObject()
        writer.key(MetaKey.decision)
        writeDecision(&writer)
        writer.endObject()
        writer.endObject()
        writer.endObject()
        return writer.bytes
    }

    private func writeDecision(_ writer: inout JSONWriter) {
        writer.beginObject()
        writer.key("code")
        writer.string(code)
        writer.key("decision_id")
        writer.string(decisionID)
        if let retryAfterSeconds {
            writer.key("retry_after")
            writer.int(retryAfterSeconds)
        }
        writer.endObject()
    }
}
