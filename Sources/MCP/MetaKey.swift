// The `_meta` keys of the protocol and of the gateway, spelled once.

/// Names inside `_meta`.
public enum MetaKey {
    public static let protocolVersion: StaticString = "io.modelcontextprotocol/protocolVersion"
    public static let clientCapabilities: StaticString =
        "io.modelcontextprotocol/clientCapabilities"
    public static let clientInfo: StaticString = "io.modelcontextprotocol/clientInfo"
    /// What the gateway decided about a refused call.
    public static let decision: StaticString = "bailiwick.dev/decision"
}
