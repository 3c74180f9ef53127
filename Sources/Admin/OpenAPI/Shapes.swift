/// The objects of the API, as they are taken and given.
enum Shapes {
    static let problem = Shape(
        "Problem",
        [
            .init("type", .string), .init("title", .string), .init("status", .integer),
            .init("detail", .string), .init("instance", .string), .init("code", .string),
            .init("request_id", .string), .init("errors", .list("ProblemField")),
        ])

    static let newServer = Shape(
        "NewServer",
        [
            .init("slug", .string, required: true, "stands in URLs; for good"),
            .init("name", .string, required: true),
            .init("transport", .oneOf(["streamable_http", "sse", "stdio"]), required: true),
            .init("url", .string, "where the MCP server answers"),
            .init("allow_private", .bool, "whether its address may be private, and http allowed"),
        ])

    static let serverEdit = Shape(
        "ServerEdit",
        [.init("name", .string), .init("url", .string), .init("allow_private", .bool)])

    static let server = Shape(
        "Server",
        newServer.fields + [
            .init("id", .string), .init("mcp_url", .string, "where clients reach it"),
            .init("discovered_at", .timestamp), .init("discovery", .object("DiscoveryState")),
            .init("created_at", .timestamp), .init("updated_at", .timestamp),
        ])

    static let newCredential = Shape(
        "NewCredential",
        [
            .init("kind", .oneOf(["none", "bearer", "basic", "headers"]), required: true),
            .init("token", .string, "of kind bearer"), .init("username", .string, "of kind basic"),
            .init("password", .string, "of kind basic"),
            .init("headers", .labels, "of kind headers: name and value of each"),
        ])

    static let credential = Shape(
        "Credential",
        [
            .init("kind", .string), .init("fingerprint", .string), .init("version", .integer),
            .init("updated_at", .timestamp),
        ])

    static let discovery = Shape(
        "Discovery",
        [
            .init("added", .strings), .init("removed", .strings), .init("changed", .strings),
            .init("total", .integer),
        ])

    static let tool = Shape(
        "Tool",
        [
            .init("name", .string), .init("class", .string), .init("severity", .string),
            .init("definition_hash", .string),
            .init("state", .oneOf(["active", "quarantined", "removed"])),
            .init("flags", .strings), .init("definition", .any), .init("first_seen_at", .timestamp),
            .init("changed_at", .timestamp),
        ])

    static let classification = Shape(
        "Classification",
        [
            .init("class", .string, required: true), .init("severity", .string, required: true),
            .init("reason", .string),
        ])

    static let pin = Shape(
        "Pin",
        [
            .init("definition_hash", .string, required: true),
            .init("reason", .string, required: true),
        ])

    static let newPolicy = Shape(
        "NewPolicy",
        [
            .init("name", .string, required: true),
            .init("document", .string, required: true, "YAML or JSON text"),
            .init("reason", .string),
        ])

    static let newVersion = Shape(
        "NewPolicyVersion",
        [.init("document", .string, required: true), .init("reason", .string, required: true)])

    static let active = Shape(
        "ActiveVersion",
        [.init("version", .integer, required: true), .init("reason", .string)])

    static let policy = Shape(
        "Policy",
        [
            .init("id", .string), .init("name", .string),
            .init("version", .integer, "the newest version"),
            .init("active_version", .integer), .init("warnings", .strings),
            .init("created_at", .timestamp), .init("updated_at", .timestamp),
        ])

    static let version = Shape(
        "PolicyVersion",
        [
            .init("policy_id", .string), .init("version", .integer), .init("document", .string),
            .init("author", .string), .init("reason", .string), .init("created_at", .timestamp),
        ])

    static let evaluation = Shape(
        "Evaluation",
        [
            .init("call", .any, required: true, "{tool, args}"),
            .init("context", .any, "{server, class, agent, grant, time, counters, prior}"),
            .init("version", .integer, "the version to decide with; the active one when omitted"),
        ])

    static let decision = Shape(
        "Decision",
        [
            .init("outcome", .oneOf(["allow", "deny", "approve"])), .init("code", .string),
            .init("rule", .string), .init("policy", .string), .init("message", .string),
            .init("obligations", .any), .init("limits", .any), .init("explain", .any),
        ])

    static let newAttachment = Shape(
        "NewAttachment",
        [
            .init("layer", .oneOf(["tenant", "server", "grant"]), required: true),
            .init("target_id", .string, required: true),
            .init("policy_id", .string, required: true), .init("version", .version),
            .init("mode", .oneOf(["shadow", "warn", "enforce"])), .init("rollout", .any),
            .init("reason", .string),
        ])

    static let attachmentEdit = Shape(
        "AttachmentEdit",
        [
            .init("policy_id", .string, required: true), .init("version", .version),
            .init("reason", .string),
        ])

    static let attachment = Shape(
        "Attachment",
        [
            .init("id", .string), .init("layer", .string), .init("target_id", .string),
            .init("policy_id", .string), .init("version", .version), .init("mode", .string),
            .init("created_at", .timestamp), .init("updated_at", .timestamp),
        ])

    static let newAgent = Shape(
        "NewAgent",
        [
            .init("name", .string, required: true),
            .init("kind", .oneOf(["agent", "person", "job"])),
            .init("environment", .string), .init("owner", .string, "a member's id or e-mail"),
            .init("labels", .labels),
        ])

    static let agentEdit = Shape(
        "AgentEdit",
        [
            .init("name", .string), .init("kind", .oneOf(["agent", "person", "job"])),
            .init("environment", .string), .init("owner", .string), .init("labels", .labels),
        ])

    static let agent = Shape(
        "Agent",
        newAgent.fields + [
            .init("id", .string), .init("created_at", .timestamp), .init("updated_at", .timestamp),
        ])

    static let newGrant = Shape(
        "NewGrant",
        [
            .init("label", .string, required: true), .init("agent_id", .string, required: true),
            .init("servers", .strings, required: true, "slugs"), .init("policy_id", .string),
            .init("expires_at", .timestamp), .init("read_only", .bool), .init("labels", .labels),
        ])

    static let grant = Shape(
        "Grant",
        newGrant.fields + [
            .init("id", .string), .init("state", .oneOf(["active", "expired", "revoked"])),
            .init("revoked_at", .timestamp), .init("last_used_at", .timestamp),
            .init("created_at", .timestamp),
        ])

    static let mintedGrant = Shape(
        "MintedGrant",
        grant.fields + [
            .init("token", .string, "shown once; null when the request is a replay"),
            .init("replayed", .bool),
        ])

    static let reason = Shape("Reason", [.init("reason", .string)])

    static let newToken = Shape(
        "NewAPIToken",
        [
            .init("name", .string, required: true), .init("roles", .strings),
            .init("expires_at", .timestamp),
            .init("service", .bool, "a token of the service principal of that name"),
        ])

    static let token = Shape(
        "APIToken",
        [
            .init("id", .string), .init("name", .string), .init("principal_id", .string),
            .init("roles", .strings), .init("expires_at", .timestamp),
            .init("revoked_at", .timestamp), .init("created_at", .timestamp),
        ])

    static let mintedToken = Shape(
        "MintedAPIToken", token.fields + [.init("token", .string), .init("replayed", .bool)])

    static let callEntry = Shape(
        "CallEntry",
        [
            .init("id", .string), .init("index", .integer), .init("kind", .string),
            .init("time", .timestamp), .init("grant", .string), .init("agent", .string),
            .init("server", .string), .init("method", .string), .init("tool", .string),
            .init("decision", .string), .init("code", .string), .init("rule", .string),
            .init("policy", .string), .init("policy_version", .integer),
            .init("request_id", .string), .init("upstream_status", .integer),
            .init("latency_us", .integer), .init("arguments", .any), .init("captured", .any),
        ])

    static let adminEntry = Shape(
        "AdminEntry",
        [
            .init("id", .string), .init("index", .integer), .init("time", .timestamp),
            .init("action", .string), .init("principal", .string), .init("request_id", .string),
        ])

    /// Shapes that stand inside others.
    static let nested: [Shape] = [
        Shape("ProblemField", [.init("pointer", .string), .init("detail", .string)]),
        Shape(
            "DiscoveryState", [.init("state", .oneOf(["ok", "failed"])), .init("detail", .string)]),
        server, tool, policy, version, attachment, agent, grant, token, callEntry, adminEntry,
    ]
}
