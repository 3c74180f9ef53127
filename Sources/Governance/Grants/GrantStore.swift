internal import Core
internal import Postgres
internal import Vault

/// The `grants`, `grant_servers` and `grant_tokens` tables.
enum GrantStore {
    static func insert(
        _ grant: Grant, servers: [String], maker: String, _ tenant: TenantID,
        in transaction: Transaction
    ) async throws(Failure) {
        _ = try await transaction.batch([
            """
            INSERT INTO grants (tenant_id, id, label, agent_id, read_only, labels, expires_at,
            version, created_at, created_by)
            VALUES (\(tenant), \(grant.id), \(grant.label), \(grant.agentID), \(grant.readOnly),
            \(Labels.text(grant.labels)), \(grant.expiresAt), \(grant.version),
            \(grant.createdAt), \(maker))
            """,
            """
            INSERT INTO grant_servers (tenant_id, grant_id, server_id)
            SELECT \(tenant), \(grant.id), server_id FROM unnest(\(servers)::uuid[]) AS server_id
            """,
        ])
    }

    static func insertToken(
        _ token: Token, of grantID: String, _ tenant: TenantID, at now: Timestamp,
        in transaction: Transaction
    ) async throws(Failure) {
        _ = try await transaction.query(
            """
            INSERT INTO grant_tokens (tenant_id, id, grant_id, secret_hash, created_at)
            VALUES (\(tenant), \(token.id), \(grantID), \(token.hash.bytes), \(now))
            """)
    }

    /// The ids of the servers of these slugs, in the order of the slugs; nil where there is none.
    static func serverIDs(
        ofSlugs slugs: [String], _ tenant: TenantID, in transaction: Transaction
    ) async throws(Failure) -> [String?] {
        let rows = try await transaction.query(
            """
            SELECT s.id FROM unnest(\(slugs)) WITH ORDINALITY AS wanted (slug, position)
            LEFT JOIN servers s ON s.tenant_id = \(tenant) AND s.slug = wanted.slug
            AND s.deleted_at IS NULL ORDER BY wanted.position
            """)
        var ids: [String?] = []
        for row in rows { ids.append(try row.optionalString("id")) }
        return ids
    }

    static func revoke(
        _ id: String, by principal: String, reason: String?, _ tenant: TenantID,
        at now: Timestamp, in transaction: Transaction
    ) async throws(Failure) {
        _ = try await transaction.query(
            """
            UPDATE grants SET revoked_at = \(now), revoked_by = \(principal),
            revoke_reason = \(reason), version = version + 1
            WHERE tenant_id = \(tenant) AND id = \(id) AND revoked_at IS NULL
            """)
    }

    static func tokenIDs(
        of id: String, _ tenant: TenantID, in transaction: Transaction
    ) async throws(Failure) -> [String] {
        let rows = try await transaction.query(
            "SELECT id FROM grant_tokens WHERE tenant_id = \(tenant) AND grant_id = \(id)")
        var ids: [String] = []
        for row in rows { ids.append(try row.string("id")) }
        return ids
    }

    static func get(
        _ id: String, _ tenant: TenantID, in transaction: Transaction
    ) async throws(Failure) -> Grant? {
        let filter: Query = "AND g.id = \(id)"
        return try decode(await transaction.query(select(tenant, filter))).first
    }

    static func get(
        _ id: String, _ tenant: TenantID, in database: Database
    ) async throws(Failure) -> Grant? {
        let filter: Query = "AND g.id = \(id)"
        return try decode(await database.query(select(tenant, filter), tenant: tenant)).first
    }

    static func list(
        _ tenant: TenantID, after: String, limit: Int, in database: Database
    ) async throws(Failure) -> [Grant] {
        let filter: Query = "AND g.id > \(after) ORDER BY g.id LIMIT \(limit)"
        return try decode(await database.query(select(tenant, filter), tenant: tenant))
    }

    /// Notes when tokens were last used. Never moves a time back.
    static func touch(
        _ ids: [String], _ times: [Timestamp], _ tenant: TenantID, in database: Database
    ) async throws(Failure) {
        _ = try await database.query(
            """
            UPDATE grant_tokens AS t SET last_used_at = used.at
            FROM unnest(\(ids), \(times)) AS used (id, at)
            WHERE t.tenant_id = \(tenant) AND t.id = used.id
            AND (t.last_used_at IS NULL OR t.last_used_at < used.at)
            """, tenant: tenant)
    }

    private static func select(_ tenant: TenantID, _ filter: Query) -> Query {
        """
        SELECT g.id, g.label, g.agent_id, g.read_only, g.labels, g.expires_at, g.revoked_at,
        g.version, g.created_at,
        ARRAY(SELECT s.slug FROM grant_servers gs
            JOIN servers s ON s.tenant_id = gs.tenant_id AND s.id = gs.server_id
            WHERE gs.tenant_id = g.tenant_id AND gs.grant_id = g.id
            AND s.deleted_at IS NULL ORDER BY s.slug COLLATE "C") AS servers,
        (SELECT a.policy_id FROM attachments a WHERE a.tenant_id = g.tenant_id
            AND a.layer = 'grant' AND a.target_id = g.id AND a.mode = 'enforce') AS policy_id,
        (SELECT max(t.last_used_at) FROM grant_tokens t
            WHERE t.tenant_id = g.tenant_id AND t.grant_id = g.id) AS last_used_at
        FROM grants g WHERE g.tenant_id = \(tenant) \(query: filter)
        """
    }

    private static func decode(_ rows: [Row]) throws(Failure) -> [Grant] {
        var grants: [Grant] = []
        for row in rows {
            grants.append(
                Grant(
                    id: try row.string("id"), label: try row.string("label"),
                    agentID: try row.string("agent_id"), servers: try row.strings("servers"),
                    policyID: try row.optionalString("policy_id"),
                    readOnly: try row.bool("read_only"),
                    labels: try Labels.read(try row.utf8("labels")),
                    expiresAt: try row.optionalTimestamp("expires_at"),
                    revokedAt: try row.optionalTimestamp("revoked_at"),
                    lastUsedAt: try row.optionalTimestamp("last_used_at"),
                    version: try row.int("version"),
                    createdAt: try row.timestamp("created_at")))
        }
        return grants
    }
}
