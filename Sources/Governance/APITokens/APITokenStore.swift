internal import Core
internal import Postgres
internal import Vault

/// The `api_tokens` table.
enum APITokenStore {
    /// What authentication needs to know about a token.
    struct Known: Sendable {
        let hash: [UInt8]
        let isRevoked: Bool
        let expiresAt: Timestamp?
        let principal: Principal
    }

    static func insert(
        _ token: APIToken, hash: Digest, maker: String, _ tenant: TenantID,
        in transaction: Transaction
    ) async throws(Failure) {
        _ = try await transaction.query(
            """
            INSERT INTO api_tokens (tenant_id, id, principal_id, name, secret_hash, roles,
            expires_at, created_at, created_by)
            VALUES (\(tenant), \(token.id), \(token.principalID), \(token.name), \(hash.bytes),
            \(token.roles.map { $0.rawValue }), \(token.expiresAt), \(token.createdAt), \(maker))
            """)
    }

    static func get(
        _ id: String, _ tenant: TenantID, in transaction: Transaction
    ) async throws(Failure) -> APIToken? {
        let rows = try await transaction.query(
            """
            SELECT id, name, principal_id, roles, expires_at, revoked_at, created_at
            FROM api_tokens WHERE tenant_id = \(tenant) AND id = \(id)
            """)
        guard let row = rows.first else { return nil }
        return try decode(row)
    }

    static func list(
        _ tenant: TenantID, after: String, limit: Int, in database: Database
    ) async throws(Failure) -> [APIToken] {
        let rows = try await database.query(
            """
            SELECT id, name, principal_id, roles, expires_at, revoked_at, created_at
            FROM api_tokens WHERE tenant_id = \(tenant) AND id COLLATE "C" > \(after)
            ORDER BY id COLLATE "C" LIMIT \(limit)
            """, tenant: tenant)
        var tokens: [APIToken] = []
        for row in rows { tokens.append(try decode(row)) }
        return tokens
    }

    static func revoke(
        _ id: String, _ tenant: TenantID, at now: Timestamp, in transaction: Transaction
    ) async throws(Failure) {
        _ = try await transaction.query(
            """
            UPDATE api_tokens SET revoked_at = coalesce(revoked_at, \(now))
            WHERE tenant_id = \(tenant) AND id = \(id)
            """)
    }

    /// Two statements in one transaction that find a token's tenant and then, under that tenant,
    /// the token. The same work whether or not there is one.
    static func lookUp(_ id: String) -> [Query] {
        [
            """
            SELECT set_config('app.tenant', coalesce(
            directory_tenant_of_token('api_token', \(id))::text, ''), true)
            """,
            """
            SELECT t.secret_hash, t.expires_at, t.revoked_at, t.roles, p.id, p.kind, p.name,
            p.roles AS principal_roles, n.tenant_id, n.slug
            FROM api_tokens t
            JOIN principals p ON p.tenant_id = t.tenant_id AND p.id = t.principal_id
            JOIN tenants n ON n.tenant_id = t.tenant_id
            WHERE t.tenant_id = nullif(current_setting('app.tenant', true), '')::uuid
            AND t.id = \(id)
            """,
        ]
    }

    static func decodeKnown(_ row: Row, tokenID: String) throws(Failure) -> Known {
        let kind = Principal.Kind(rawValue: try row.string("kind")) ?? .service
        var roles = Role.named(try row.strings("roles"))
        if kind == .member {
            // A token never outlives the roles its owner lost.
            let held = Role.named(try row.strings("principal_roles"))
            roles = roles.filter { held.contains($0) }
        }
        return Known(
            hash: try row.bytes("secret_hash"), isRevoked: try !row.isNull("revoked_at"),
            expiresAt: try row.optionalTimestamp("expires_at"),
            principal: Principal(
                tenant: try row.tenant("tenant_id"), tenantSlug: try row.string("slug"),
                id: try row.string("id"), name: try row.string("name"), kind: kind, roles: roles,
                tokenID: tokenID))
    }

    private static func decode(_ row: Row) throws(Failure) -> APIToken {
        APIToken(
            id: try row.string("id"), name: try row.string("name"),
            principalID: try row.string("principal_id"),
            roles: Role.named(try row.strings("roles")),
            expiresAt: try row.optionalTimestamp("expires_at"),
            revokedAt: try row.optionalTimestamp("revoked_at"),
            createdAt: try row.timestamp("created_at"))
    }
}
