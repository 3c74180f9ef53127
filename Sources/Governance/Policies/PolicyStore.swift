internal import Core
internal import Postgres
internal import Vault

/// The `policies` and `policy_versions` tables. A version is written once and never changed.
enum PolicyStore {
    static func insert(
        _ policy: StoredPolicy, _ tenant: TenantID, in transaction: Transaction
    ) async throws(Failure) {
        _ = try await transaction.query(
            """
            INSERT INTO policies (tenant_id, id, name, active_version, latest_version, version,
            created_at, updated_at)
            VALUES (\(tenant), \(policy.id), \(policy.name), \(policy.activeVersion),
            \(policy.latestVersion), \(policy.version), \(policy.createdAt), \(policy.updatedAt))
            """)
    }

    static func update(
        _ policy: StoredPolicy, _ tenant: TenantID, in transaction: Transaction
    ) async throws(Failure) {
        _ = try await transaction.query(
            """
            UPDATE policies SET name = \(policy.name), active_version = \(policy.activeVersion),
            latest_version = \(policy.latestVersion), version = \(policy.version),
            updated_at = \(policy.updatedAt)
            WHERE tenant_id = \(tenant) AND id = \(policy.id)
            """)
    }

    static func insert(
        _ version: PolicyVersion, _ tenant: TenantID, in transaction: Transaction
    ) async throws(Failure) {
        let digest = SHA256.hash(Array(version.document.utf8)).bytes
        _ = try await transaction.query(
            """
            INSERT INTO policy_versions (tenant_id, policy_id, number, document, digest, author,
            reason, created_at)
            VALUES (\(tenant), \(version.policyID), \(version.number), \(version.document),
            \(digest), \(version.author), \(version.reason), \(version.createdAt))
            """)
    }

    static func get(
        _ id: String, _ tenant: TenantID, in transaction: Transaction
    ) async throws(Failure) -> StoredPolicy? {
        let filter: Query = "AND id = \(id)"
        return try decode(await transaction.query(select(tenant, filter))).first
    }

    static func get(
        _ id: String, _ tenant: TenantID, in database: Database
    ) async throws(Failure) -> StoredPolicy? {
        let filter: Query = "AND id = \(id)"
        return try decode(await database.query(select(tenant, filter), tenant: tenant)).first
    }

    static func list(
        _ tenant: TenantID, after: String, limit: Int, in database: Database
    ) async throws(Failure) -> [StoredPolicy] {
        let filter: Query = "AND id > \(after) ORDER BY id LIMIT \(limit)"
        return try decode(await database.query(select(tenant, filter), tenant: tenant))
    }

    static func version(
        _ number: Int, of id: String, _ tenant: TenantID, in transaction: Transaction
    ) async throws(Failure) -> PolicyVersion? {
        let filter: Query = "AND number = \(number)"
        return try versions(await transaction.query(select(tenant, id, filter))).first
    }

    static func version(
        _ number: Int, of id: String, _ tenant: TenantID, in database: Database
    ) async throws(Failure) -> PolicyVersion? {
        let filter: Query = "AND number = \(number)"
        return try versions(
            await database.query(select(tenant, id, filter), tenant: tenant)
        ).first
    }

    static func versions(
        of id: String, _ tenant: TenantID, after: Int, limit: Int, in database: Database
    ) async throws(Failure) -> [PolicyVersion] {
        let filter: Query = "AND number > \(after) ORDER BY number LIMIT \(limit)"
        return try versions(await database.query(select(tenant, id, filter), tenant: tenant))
    }

    private static func select(_ tenant: TenantID, _ filter: Query) -> Query {
        """
        SELECT id, name, active_version, latest_version, version, created_at, updated_at
        FROM policies WHERE tenant_id = \(tenant) \(query: filter)
        """
    }

    private static func select(_ tenant: TenantID, _ id: String, _ filter: Query) -> Query {
        """
        SELECT policy_id, number, document, author, reason, created_at FROM policy_versions
        WHERE tenant_id = \(tenant) AND policy_id = \(id) \(query: filter)
        """
    }

    private static func decode(_ rows: [Row]) throws(Failure) -> [StoredPolicy] {
        var policies: [StoredPolicy] = []
        for row in rows {
            policies.append(
                StoredPolicy(
                    id: try row.string("id"), name: try row.string("name"),
                    activeVersion: try row.int("active_version"),
                    latestVersion: try row.int("latest_version"),
                    version: try row.int("version"), createdAt: try row.timestamp("created_at"),
                    updatedAt: try row.timestamp("updated_at")))
        }
        return policies
    }

    private static func versions(_ rows: [Row]) throws(Failure) -> [PolicyVersion] {
        var versions: [PolicyVersion] = []
        for row in rows {
            versions.append(
                PolicyVersion(
                    policyID: try row.string("policy_id"), number: try row.int("number"),
                    document: try row.string("document"), author: try row.string("author"),
                    reason: try row.string("reason"),
                    createdAt: try row.timestamp("created_at")))
        }
        return versions
    }
}
