internal import Core
internal import Postgres

/// The `keyring` table.
enum KeyringStore {
    struct Row: Sendable {
        let keyID: String
        let rootKeyID: String
        let wrapped: [UInt8]
    }

    static func rows(
        _ tenant: TenantID, in transaction: Transaction
    ) async throws(Failure) -> [Row] {
        try decode(await transaction.query(select(tenant)))
    }

    static func rows(_ tenant: TenantID, in database: Database) async throws(Failure) -> [Row] {
        try decode(await database.query(select(tenant), tenant: tenant))
    }

    static func insert(
        _ row: Row, _ tenant: TenantID, at now: Timestamp, in transaction: Transaction
    ) async throws(Failure) {
        _ = try await transaction.query(
            """
            INSERT INTO keyring (tenant_id, key_id, root_key_id, wrapped, created_at)
            VALUES (\(tenant), \(row.keyID), \(row.rootKeyID), \(row.wrapped), \(now))
            """)
    }

    /// Oldest first: the last one is the current key.
    private static func select(_ tenant: TenantID) -> Query {
        """
        SELECT key_id, root_key_id, wrapped FROM keyring
        WHERE tenant_id = \(tenant) ORDER BY created_at, key_id
        """
    }

    private static func decode(_ rows: [Postgres.Row]) throws(Failure) -> [Row] {
        var keys: [Row] = []
        for row in rows {
            keys.append(
                Row(
                    keyID: try row.string("key_id"), rootKeyID: try row.string("root_key_id"),
                    wrapped: try row.bytes("wrapped")))
        }
        return keys
    }
}
