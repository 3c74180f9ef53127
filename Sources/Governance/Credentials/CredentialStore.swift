internal import Core
internal import Postgres
internal import Vault

/// The `credentials` table: one sealed value per server.
enum CredentialStore {
    struct Stored: Sendable {
        let summary: CredentialSummary
        let sealed: [UInt8]?
    }

    static func put(
        _ stored: Stored, keyID: String?, serverID: String, _ tenant: TenantID,
        in transaction: Transaction
    ) async throws(Failure) {
        let summary = stored.summary
        _ = try await transaction.query(
            """
            INSERT INTO credentials (tenant_id, server_id, kind, sealed, key_id, fingerprint,
            version, updated_at)
            VALUES (\(tenant), \(serverID), \(summary.kind.rawValue), \(stored.sealed), \(keyID),
            \(summary.fingerprint), \(summary.version), \(summary.updatedAt))
            ON CONFLICT (tenant_id, server_id) DO UPDATE SET kind = excluded.kind,
            sealed = excluded.sealed, key_id = excluded.key_id,
            fingerprint = excluded.fingerprint, version = excluded.version,
            updated_at = excluded.updated_at
            """)
    }

    static func get(
        serverID: String, _ tenant: TenantID, in transaction: Transaction
    ) async throws(Failure) -> Stored? {
        try decode(await transaction.query(select(serverID, tenant)))
    }

    static func get(
        serverID: String, _ tenant: TenantID, in database: Database
    ) async throws(Failure) -> Stored? {
        try decode(await database.query(select(serverID, tenant), tenant: tenant))
    }

    private static func select(_ serverID: String, _ tenant: TenantID) -> Query {
        """
        SELECT kind, sealed, fingerprint, version, updated_at FROM credentials
        WHERE tenant_id = \(tenant) AND server_id = \(serverID)
        """
    }

    private static func decode(_ rows: [Row]) throws(Failure) -> Stored? {
        guard let row = rows.first else { return nil }
        guard let kind = CredentialKind(rawValue: try row.string("kind")) else {
            throw Failure(.internal, "A stored credential cannot be read", detail: "unknown kind")
        }
        return Stored(
            summary: CredentialSummary(
                kind: kind, fingerprint: try row.optionalString("fingerprint"),
                version: try row.int("version"), updatedAt: try row.timestamp("updated_at")),
            sealed: try row.optionalBytes("sealed"))
    }
}
