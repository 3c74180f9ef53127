internal import Core
internal import Policy
internal import Postgres

/// The `attachments` table.
enum AttachmentStore {
    static func insert(
        _ attachment: Attachment, _ tenant: TenantID, in transaction: Transaction
    ) async throws(Failure) {
        _ = try await transaction.query(
            """
            INSERT INTO attachments (tenant_id, id, layer, target_id, policy_id, policy_version,
            mode, version, created_at, updated_at)
            VALUES (\(tenant), \(attachment.id), \(attachment.layer.rawValue),
            \(attachment.targetID), \(attachment.policyID), \(attachment.policyVersion),
            \(attachment.mode.rawValue), \(attachment.version), \(attachment.createdAt),
            \(attachment.updatedAt))
            """)
    }

    static func update(
        _ attachment: Attachment, _ tenant: TenantID, in transaction: Transaction
    ) async throws(Failure) {
        _ = try await transaction.query(
            """
            UPDATE attachments SET policy_id = \(attachment.policyID),
            policy_version = \(attachment.policyVersion), version = \(attachment.version),
            updated_at = \(attachment.updatedAt)
            WHERE tenant_id = \(tenant) AND id = \(attachment.id)
            """)
    }

    static func delete(
        _ id: String, _ tenant: TenantID, in transaction: Transaction
    ) async throws(Failure) {
        _ = try await transaction.query(
            "DELETE FROM attachments WHERE tenant_id = \(tenant) AND id = \(id)")
    }

    static func get(
        _ id: String, _ tenant: TenantID, in transaction: Transaction
    ) async throws(Failure) -> Attachment? {
        let filter: Query = "AND id = \(id)"
        return try decode(await transaction.query(select(tenant, filter))).first
    }

    static func get(
        _ id: String, _ tenant: TenantID, in database: Database
    ) async throws(Failure) -> Attachment? {
        let filter: Query = "AND id = \(id)"
        return try decode(await database.query(select(tenant, filter), tenant: tenant)).first
    }

    static func list(
        _ tenant: TenantID, after: String, limit: Int, in database: Database
    ) async throws(Failure) -> [Attachment] {
        let filter: Query = "AND id > \(after) ORDER BY id LIMIT \(limit)"
        return try decode(await database.query(select(tenant, filter), tenant: tenant))
    }

    /// Those of the tenant and its servers: few, and part of every snapshot.
    static func shared(_ tenant: TenantID) -> Query {
        let filter: Query = "AND layer IN ('tenant', 'server')"
        return select(tenant, filter)
    }

    static func decode(_ rows: [Row]) throws(Failure) -> [Attachment] {
        var attachments: [Attachment] = []
        for row in rows {
            guard let layer = Layer(rawValue: try row.string("layer")),
                let mode = AttachmentMode(rawValue: try row.string("mode"))
            else {
                throw Failure(
                    .internal, "The database answered something unexpected.",
                    detail: "attachment: unknown layer or mode")
            }
            attachments.append(
                Attachment(
                    id: try row.string("id"), layer: layer,
                    targetID: try row.string("target_id"),
                    policyID: try row.string("policy_id"),
                    policyVersion: try row.optionalInt("policy_version"), mode: mode,
                    version: try row.int("version"), createdAt: try row.timestamp("created_at"),
                    updatedAt: try row.timestamp("updated_at")))
        }
        return attachments
    }

    private static func select(_ tenant: TenantID, _ filter: Query) -> Query {
        """
        SELECT id, layer, target_id, policy_id, policy_version, mode, version, created_at,
        updated_at FROM attachments WHERE tenant_id = \(tenant) \(query: filter)
        """
    }
}
