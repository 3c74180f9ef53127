internal import Core
internal import Postgres

/// The `agents` table.
enum AgentStore {
    static func insert(
        _ agent: Agent, _ tenant: TenantID, in transaction: Transaction
    ) async throws(Failure) {
        _ = try await transaction.query(
            """
            INSERT INTO agents (tenant_id, id, name, kind, environment, owner, labels, version,
            created_at, updated_at)
            VALUES (\(tenant), \(agent.id), \(agent.name), \(agent.kind.rawValue),
            \(agent.environment), \(agent.owner), \(Labels.text(agent.labels)), \(agent.version),
            \(agent.createdAt), \(agent.updatedAt))
            """)
    }

    static func update(
        _ agent: Agent, _ tenant: TenantID, in transaction: Transaction
    ) async throws(Failure) {
        _ = try await transaction.query(
            """
            UPDATE agents SET name = \(agent.name), kind = \(agent.kind.rawValue),
            environment = \(agent.environment), owner = \(agent.owner),
            labels = \(Labels.text(agent.labels)), version = \(agent.version),
            updated_at = \(agent.updatedAt)
            WHERE tenant_id = \(tenant) AND id = \(agent.id)
            """)
    }

    static func get(
        _ id: String, _ tenant: TenantID, in transaction: Transaction
    ) async throws(Failure) -> Agent? {
        let filter: Query = "AND id = \(id)"
        return try decode(await transaction.query(select(tenant, filter))).first
    }

    static func get(
        _ id: String, _ tenant: TenantID, in database: Database
    ) async throws(Failure) -> Agent? {
        let filter: Query = "AND id = \(id)"
        return try decode(await database.query(select(tenant, filter), tenant: tenant)).first
    }

    static func list(
        _ tenant: TenantID, after: String, limit: Int, in database: Database
    ) async throws(Failure) -> [Agent] {
        let filter: Query = "AND id > \(after) ORDER BY id LIMIT \(limit)"
        return try decode(await database.query(select(tenant, filter), tenant: tenant))
    }

    private static func select(_ tenant: TenantID, _ filter: Query) -> Query {
        """
        SELECT id, name, kind, environment, owner, labels, version, created_at, updated_at
        FROM agents WHERE tenant_id = \(tenant) \(query: filter)
        """
    }

    private static func decode(_ rows: [Row]) throws(Failure) -> [Agent] {
        var agents: [Agent] = []
        for row in rows {
            agents.append(
                Agent(
                    id: try row.string("id"), name: try row.string("name"),
                    kind: AgentKind(rawValue: try row.string("kind")) ?? .agent,
                    environment: try row.string("environment"), owner: try row.string("owner"),
                    labels: try Labels.read(try row.utf8("labels")),
                    version: try row.int("version"), createdAt: try row.timestamp("created_at"),
                    updatedAt: try row.timestamp("updated_at")))
        }
        return agents
    }
}
