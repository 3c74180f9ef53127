internal import Core
internal import Postgres

/// The `servers` table. Deleted servers keep their row, so that their slug is never used again.
enum ServerStore {
    static func insert(
        _ server: Server, _ tenant: TenantID, in transaction: Transaction
    ) async throws(Failure) {
        _ = try await transaction.query(
            """
            INSERT INTO servers (tenant_id, id, slug, name, transport, url, allow_private, version,
            created_at, updated_at)
            VALUES (\(tenant), \(server.id), \(server.slug), \(server.name),
            \(server.transport.rawValue), \(server.url), \(server.allowPrivate),
            \(server.version), \(server.createdAt), \(server.updatedAt))
            """)
    }

    static func get(
        _ id: String, _ tenant: TenantID, in transaction: Transaction
    ) async throws(Failure) -> Server? {
        let filter: Query = "AND id = \(id)"
        return try decode(await transaction.query(select(tenant, filter))).first
    }

    static func get(
        _ id: String, _ tenant: TenantID, in database: Database
    ) async throws(Failure) -> Server? {
        let filter: Query = "AND id = \(id)"
        return try decode(await database.query(select(tenant, filter), tenant: tenant)).first
    }

    static func find(
        slug: String, _ tenant: TenantID, in database: Database
    ) async throws(Failure) -> Server? {
        let filter: Query = "AND slug = \(slug)"
        return try decode(await database.query(select(tenant, filter), tenant: tenant)).first
    }

    static func list(
        _ tenant: TenantID, after: String, limit: Int, in database: Database
    ) async throws(Failure) -> [Server] {
        let filter: Query = "AND id > \(after) ORDER BY id LIMIT \(limit)"
        return try decode(await database.query(select(tenant, filter), tenant: tenant))
    }

    static func update(
        _ server: Server, _ tenant: TenantID, in transaction: Transaction
    ) async throws(Failure) {
        _ = try await transaction.query(
            """
            UPDATE servers SET name = \(server.name), url = \(server.url),
            allow_private = \(server.allowPrivate), discovered_at = \(server.discoveredAt),
            version = \(server.version), updated_at = \(server.updatedAt)
            WHERE tenant_id = \(tenant) AND id = \(server.id)
            """)
    }

    static func delete(
        _ id: String, _ tenant: TenantID, at now: Timestamp, in transaction: Transaction
    ) async throws(Failure) {
        _ = try await transaction.query(
            """
            UPDATE servers SET deleted_at = \(now), version = version + 1
            WHERE tenant_id = \(tenant) AND id = \(id)
            """)
    }

    private static func select(_ tenant: TenantID, _ filter: Query) -> Query {
        """
        SELECT id, slug, name, transport, url, allow_private, discovered_at, version, created_at,
        updated_at FROM servers
        WHERE tenant_id = \(tenant) AND deleted_at IS NULL \(query: filter)
        """
    }

    private static func decode(_ rows: [Row]) throws(Failure) -> [Server] {
        var servers: [Server] = []
        for row in rows {
            servers.append(
                Server(
                    id: try row.string("id"), slug: try row.string("slug"),
                    name: try row.string("name"),
                    transport: Transport(rawValue: try row.string("transport")) ?? .stdio,
                    url: try row.optionalString("url") ?? "",
                    allowPrivate: try row.bool("allow_private"),
                    discoveredAt: try row.optionalTimestamp("discovered_at"),
                    version: try row.int("version"), createdAt: try row.timestamp("created_at"),
                    updatedAt: try row.timestamp("updated_at")))
        }
        return servers
    }
}
