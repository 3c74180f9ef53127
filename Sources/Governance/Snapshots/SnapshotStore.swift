internal import Core
internal import Policy
internal import Postgres

/// Reads a tenant's snapshot in one round trip.
enum SnapshotStore {
    static func version(
        _ tenant: TenantID, in database: Database
    ) async throws(Failure) -> Int? {
        let rows = try await database.query(
            "SELECT change_version FROM tenants WHERE tenant_id = \(tenant)", tenant: tenant)
        guard let row = rows.first else { return nil }
        return try row.int("change_version")
    }

    static func load(
        _ tenant: TenantID, in database: Database
    ) async throws(Failure) -> TenantSnapshot {
        // The version is read first: what changes meanwhile has a later one and is read again.
        let answers = try await database.batch(
            [
                "SELECT slug, change_version FROM tenants WHERE tenant_id = \(tenant)",
                """
                SELECT s.id, s.slug, s.url, s.allow_private, s.discovered_at,
                coalesce(c.version, 0) AS credential_version FROM servers s
                LEFT JOIN credentials c ON c.tenant_id = s.tenant_id AND c.server_id = s.id
                WHERE s.tenant_id = \(tenant) AND s.deleted_at IS NULL
                """,
                """
                SELECT server_id, name, class, severity, state, definition_hash, schema_keys
                FROM server_tools WHERE tenant_id = \(tenant) AND state <> 'removed'
                """,
                AttachmentStore.shared(tenant),
                "SELECT id, active_version FROM policies WHERE tenant_id = \(tenant)",
            ], tenant: tenant)
        guard let head = answers[0].first else { throw .noSuch("tenant") }
        let attachments = try AttachmentStore.decode(answers[3]).map { PolicyAttachment($0) }
        var activeVersions: [String: Int] = [:]
        for row in answers[4] {
            activeVersions[try row.string("id")] = try row.int("active_version")
        }
        return TenantSnapshot(
            tenant: tenant, slug: try head.utf8("slug"), version: try head.int("change_version"),
            servers: try servers(answers[1], try tools(answers[2]), attachments),
            policies: attachments.filter { $0.layer == .tenant }, activeVersions: activeVersions)
    }

    private static func servers(
        _ rows: [Row], _ tools: [String: [[UInt8]: ToolSnapshot]],
        _ attachments: [PolicyAttachment]
    ) throws(Failure) -> [[UInt8]: ServerSnapshot] {
        var servers: [[UInt8]: ServerSnapshot] = [:]
        for row in rows {
            let id = try row.string("id")
            servers[try row.utf8("slug")] = ServerSnapshot(
                id: id, slug: try row.string("slug"), url: try row.string("url"),
                allowPrivate: try row.bool("allow_private"),
                credentialVersion: try row.int("credential_version"),
                isDiscovered: try !row.isNull("discovered_at"), tools: tools[id] ?? [:],
                policies: attachments.filter {
                    $0.layer == .server && $0.targetID.utf8.elementsEqual(id.utf8)
                })
        }
        return servers
    }

    private static func tools(
        _ rows: [Row]
    ) throws(Failure) -> [String: [[UInt8]: ToolSnapshot]] {
        var tools: [String: [[UInt8]: ToolSnapshot]] = [:]
        for row in rows {
            let keys = try row.strings("schema_keys").map { Array($0.utf8) }
            tools[try row.string("server_id"), default: [:]][try row.utf8("name")] = ToolSnapshot(
                toolClass: ToolClass(rawValue: try row.string("class")) ?? .unclassified,
                severity: Severity(rawValue: try row.string("severity")) ?? .none,
                state: ToolState(rawValue: try row.string("state")) ?? .quarantined,
                definitionHash: try row.bytes("definition_hash"), schemaKeys: Set(keys))
        }
        return tools
    }
}
