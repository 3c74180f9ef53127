internal import Core
internal import Governance
internal import Policy

// Objects as the API gives them. Absent values are absent, never null.

extension JSONValue {
    /// An object whose nil members are left out.
    static func members(_ list: [(String, JSONValue?)]) -> JSONValue {
        .object(list.compactMap { name, value in value.map { .init(name, $0) } })
    }

    static func time(_ time: Timestamp) -> JSONValue { .string(time.rfc3339) }
    static func strings(_ list: [String]) -> JSONValue { .array(list.map { .string($0) }) }

    static func labels(_ labels: [String: String]) -> JSONValue {
        let sorted = labels.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
        return .object(sorted.map { .init($0.key, .string($0.value)) })
    }
}

extension Server {
    func view(publicURL: String, tenantSlug: String) -> JSONValue {
        .members([
            ("id", .string(id)), ("slug", .string(slug)), ("name", .string(name)),
            ("transport", .string(transport.rawValue)), ("url", .string(url)),
            ("allow_private", .bool(allowPrivate)),
            ("mcp_url", .string("\(publicURL)/mcp/\(tenantSlug)/\(slug)")),
            ("discovered_at", discoveredAt.map { .time($0) }), ("created_at", .time(createdAt)),
            ("updated_at", .time(updatedAt)),
        ])
    }
}

extension Discovery {
    var view: JSONValue {
        .members([
            ("added", .strings(added)), ("removed", .strings(removed)),
            ("changed", .strings(changed)), ("total", .int(total)),
        ])
    }
}

extension CredentialSummary {
    var view: JSONValue {
        .members([
            ("kind", .string(kind.rawValue)), ("fingerprint", fingerprint.map { .string($0) }),
            ("version", .int(version)), ("updated_at", .time(updatedAt)),
        ])
    }
}

extension Tool {
    var view: JSONValue {
        let parsed = (try? JSON.parse(definition)).map { JSONValue($0) }
        return .members([
            ("name", .string(name)), ("class", .string(toolClass.rawValue)),
            ("severity", .string(severity.rawValue)), ("definition_hash", .string(definitionHash)),
            ("state", .string(state.rawValue)), ("flags", .strings(flags)),
            ("definition", parsed), ("first_seen_at", .time(firstSeenAt)),
            ("changed_at", .time(changedAt)),
        ])
    }
}

extension StoredPolicy {
    func view(warnings: [String] = []) -> JSONValue {
        .members([
            ("id", .string(id)), ("name", .string(name)), ("version", .int(latestVersion)),
            ("active_version", .int(activeVersion)),
            ("warnings", warnings.isEmpty ? nil : .strings(warnings)),
            ("created_at", .time(createdAt)), ("updated_at", .time(updatedAt)),
        ])
    }
}

extension PolicyVersion {
    var view: JSONValue {
        .members([
            ("policy_id", .string(policyID)), ("version", .int(number)),
            ("document", .string(document)), ("author", .string(author)),
            ("reason", .string(reason)), ("created_at", .time(createdAt)),
        ])
    }
}

extension Attachment {
    var view: JSONValue {
        .members([
            ("id", .string(id)), ("layer", .string(layer.rawValue)),
            ("target_id", .string(targetID)), ("policy_id", .string(policyID)),
            ("version", policyVersion.map { .int($0) } ?? "active"),
            ("mode", .string(mode.rawValue)), ("created_at", .time(createdAt)),
            ("updated_at", .time(updatedAt)),
        ])
    }
}

extension Agent {
    var view: JSONValue {
        .members([
            ("id", .string(id)), ("name", .string(name)), ("kind", .string(kind.rawValue)),
            ("environment", .string(environment)), ("owner", .string(owner)),
            ("labels", .labels(labels)), ("created_at", .time(createdAt)),
            ("updated_at", .time(updatedAt)),
        ])
    }
}

extension Grant {
    func fields(at now: Timestamp) -> [(String, JSONValue?)] {
        [
            ("id", .string(id)), ("label", .string(label)), ("agent_id", .string(agentID)),
            ("servers", .strings(servers)), ("policy_id", policyID.map { .string($0) }),
            ("read_only", .bool(readOnly)), ("labels", .labels(labels)),
            ("state", .string(state(at: now).rawValue)),
            ("expires_at", expiresAt.map { .time($0) }),
            ("revoked_at", revokedAt.map { .time($0) }),
            ("last_used_at", lastUsedAt.map { .time($0) }), ("created_at", .time(createdAt)),
        ]
    }

    func view(at now: Timestamp) -> JSONValue { .members(fields(at: now)) }
}

extension APIToken {
    var fields: [(String, JSONValue?)] {
        [
            ("id", .string(id)), ("name", .string(name)), ("principal_id", .string(principalID)),
            ("roles", .strings(roles.map(\.rawValue))), ("expires_at", expiresAt.map { .time($0) }),
            ("revoked_at", revokedAt.map { .time($0) }), ("created_at", .time(createdAt)),
        ]
    }

    var view: JSONValue { .members(fields) }
}
