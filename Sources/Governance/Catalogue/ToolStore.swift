internal import Core
internal import Postgres
internal import Vault

/// The `server_tools` table.
enum ToolStore {
    static func list(
        serverID: String, _ tenant: TenantID, in database: Database
    ) async throws(Failure) -> [Tool] {
        let filter: Query = #"ORDER BY name COLLATE "C""#
        return try decode(
            await database.query(select(serverID, tenant, filter), tenant: tenant))
    }

    static func get(
        _ name: String, serverID: String, _ tenant: TenantID, in transaction: Transaction
    ) async throws(Failure) -> Tool? {
        let filter: Query = "AND name = \(name)"
        return try decode(await transaction.query(select(serverID, tenant, filter))).first
    }

    static func get(
        _ name: String, serverID: String, _ tenant: TenantID, in database: Database
    ) async throws(Failure) -> Tool? {
        let filter: Query = "AND name = \(name)"
        return try decode(
            await database.query(select(serverID, tenant, filter), tenant: tenant)
        ).first
    }

    static func entries(
        serverID: String, _ tenant: TenantID, in transaction: Transaction
    ) async throws(Failure) -> [CatalogueDiff.Entry] {
        let rows = try await transaction.query(
            """
            SELECT name, definition, definition_hash, pinned_hash, state, flags, schema_keys
            FROM server_tools WHERE tenant_id = \(tenant) AND server_id = \(serverID)
            """)
        var entries: [CatalogueDiff.Entry] = []
        for row in rows {
            entries.append(
                CatalogueDiff.Entry(
                    name: try row.utf8("name"), definition: try row.bytes("definition"),
                    hash: try row.bytes("definition_hash"),
                    pinned: try row.optionalBytes("pinned_hash"),
                    state: ToolState(rawValue: try row.string("state")) ?? .quarantined,
                    flags: try row.strings("flags"), schemaKeys: try row.strings("schema_keys")))
        }
        return entries
    }

    /// Inserts or replaces one tool; its class and severity stay as they were.
    static func write(
        _ entry: CatalogueDiff.Entry, serverID: String, _ tenant: TenantID, at now: Timestamp
    ) -> Query {
        """
        INSERT INTO server_tools (tenant_id, server_id, name, definition, definition_hash,
        pinned_hash, state, flags, schema_keys, first_seen_at, changed_at)
        VALUES (\(tenant), \(serverID), \(String(decoding: entry.name, as: UTF8.self)),
        \(entry.definition), \(entry.hash), \(entry.pinned), \(entry.state.rawValue),
        \(entry.flags), \(entry.schemaKeys), \(now), \(now))
        ON CONFLICT (tenant_id, server_id, name) DO UPDATE SET
        definition = excluded.definition, definition_hash = excluded.definition_hash,
        pinned_hash = excluded.pinned_hash, state = excluded.state, flags = excluded.flags,
        schema_keys = excluded.schema_keys, changed_at = excluded.changed_at,
        version = server_tools.version + 1
        """
    }

    static func classify(
        _ name: String, serverID: String, _ tenant: TenantID, _ toolClass: ToolClass,
        _ severity: Severity, in transaction: Transaction
    ) async throws(Failure) {
        _ = try await transaction.query(
            """
            UPDATE server_tools SET class = \(toolClass.rawValue),
            severity = \(severity.rawValue), version = version + 1
            WHERE tenant_id = \(tenant) AND server_id = \(serverID) AND name = \(name)
            """)
    }

    private static func select(
        _ serverID: String, _ tenant: TenantID, _ filter: Query
    ) -> Query {
        """
        SELECT server_id, name, definition, definition_hash, class, severity, state, flags,
        version, first_seen_at, changed_at FROM server_tools
        WHERE tenant_id = \(tenant) AND server_id = \(serverID) \(query: filter)
        """
    }

    private static func decode(_ rows: [Row]) throws(Failure) -> [Tool] {
        var tools: [Tool] = []
        for row in rows {
            tools.append(
                Tool(
                    serverID: try row.string("server_id"), name: try row.string("name"),
                    definition: try row.bytes("definition"),
                    definitionHash: Hex.encode(try row.bytes("definition_hash")),
                    toolClass: ToolClass(rawValue: try row.string("class")) ?? .unclassified,
                    severity: Severity(rawValue: try row.string("severity")) ?? .none,
                    state: ToolState(rawValue: try row.string("state")) ?? .quarantined,
                    flags: try row.strings("flags"), version: try row.int("version"),
                    firstSeenAt: try row.timestamp("first_seen_at"),
                    changedAt: try row.timestamp("changed_at")))
        }
        return tools
    }
}
