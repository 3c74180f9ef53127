internal import Core
internal import Postgres

/// The `tenants` table, and the directory's functions that find one.
enum TenantStore {
    static func insert(_ tenant: Tenant, in transaction: Transaction) async throws(Failure) {
        _ = try await transaction.query(
            """
            INSERT INTO tenants (tenant_id, slug, name, origin, new_tools, created_at)
            VALUES (\(tenant.id), \(tenant.slug), \(tenant.name), \(tenant.origin),
            \(tenant.newTools.rawValue), \(tenant.createdAt))
            """)
    }

    static func get(_ id: TenantID, in database: Database) async throws(Failure) -> Tenant? {
        let rows = try await database.query(
            """
            SELECT tenant_id, slug, name, origin, new_tools, created_at FROM tenants
            WHERE tenant_id = \(id)
            """, tenant: id)
        guard let row = rows.first else { return nil }
        return Tenant(
            id: try row.tenant("tenant_id"), slug: try row.string("slug"),
            name: try row.string("name"), origin: try row.string("origin"),
            newTools: NewTools(rawValue: try row.string("new_tools")) ?? .quarantine,
            createdAt: try row.timestamp("created_at"))
    }

    /// The tenants of several slugs, nil where there is none.
    static func ids(
        ofSlugs slugs: [String], in database: Database
    ) async throws(Failure) -> [TenantID?] {
        let rows = try await database.query(
            """
            SELECT directory_tenant_of_slug(slug) AS tenant_id
            FROM unnest(\(slugs)) WITH ORDINALITY AS wanted (slug, position) ORDER BY position
            """, tenant: nil)
        var ids: [TenantID?] = []
        for row in rows { ids.append(try row.optionalTenant("tenant_id")) }
        return ids
    }

    static func all(in database: Database) async throws(Failure) -> [TenantID] {
        let rows = try await database.query(
            "SELECT tenant_id FROM directory_tenants() AS tenant_id", tenant: nil)
        var ids: [TenantID] = []
        for row in rows { ids.append(try row.tenant("tenant_id")) }
        return ids
    }
}
