public import Core
internal import Postgres

/// Agents: whoever holds grants.
public struct Agents: Sendable {
    let changes: ChangeRunner

    public func create(_ new: NewAgent, by change: Change) async throws(Failure) -> Changed<Agent> {
        let kind = try check(new, "The agent cannot be made")
        return try await changes.perform(
            change,
            replay: { (id, transaction) async throws(Failure) in
                try await read(id, change.tenant, in: transaction)
            },
            body: { (transaction, now) async throws(Failure) in
                let agent = Agent(
                    id: changes.ids.next(), name: new.name, kind: kind,
                    environment: new.environment, owner: new.owner, labels: new.labels,
                    version: 1, createdAt: now, updatedAt: now)
                try await AgentStore.insert(agent, change.tenant, in: transaction)
                return ChangeRunner.Effect(
                    object: agent,
                    event: AdminEvent(
                        action: "agent.create", objectKind: "agent", objectID: agent.id,
                        after: agent.recorded),
                    scope: .tokens([]))
            })
    }

    public func get(_ tenant: TenantID, _ id: String) async throws(Failure) -> Agent {
        try requireID(id, "agent")
        guard let agent = try await AgentStore.get(id, tenant, in: changes.database) else {
            throw .noSuch("agent")
        }
        return agent
    }

    public func list(
        _ tenant: TenantID, _ page: PageRequest
    ) async throws(Failure) -> Page<Agent> {
        let agents = try await AgentStore.list(
            tenant, after: try page.afterID(), limit: page.limit + 1, in: changes.database)
        return Page(of: agents, limit: page.limit) { $0.id }
    }

    /// - Parameter ifVersion: the version the caller read; another one is `.preconditionFailed`.
    public func update(
        _ id: String, _ edit: AgentEdit, ifVersion: Int, by change: Change
    ) async throws(Failure) -> Changed<Agent> {
        try requireID(id, "agent")
        return try await changes.perform(
            change,
            replay: { (id, transaction) async throws(Failure) in
                try await read(id, change.tenant, in: transaction)
            },
            body: { (transaction, now) async throws(Failure) in
                let before = try await read(id, change.tenant, in: transaction)
                guard before.version == ifVersion else { throw .changedMeanwhile("agent") }
                let wanted = NewAgent(
                    name: edit.name ?? before.name, kind: edit.kind ?? before.kind.rawValue,
                    environment: edit.environment ?? before.environment,
                    owner: edit.owner ?? before.owner, labels: edit.labels ?? before.labels)
                let kind = try check(wanted, "The agent cannot be changed")
                let after = Agent(
                    id: id, name: wanted.name, kind: kind, environment: wanted.environment,
                    owner: wanted.owner, labels: wanted.labels, version: before.version + 1,
                    createdAt: before.createdAt, updatedAt: now)
                try await AgentStore.update(after, change.tenant, in: transaction)
                return ChangeRunner.Effect(
                    object: after,
                    event: AdminEvent(
                        action: "agent.update", objectKind: "agent", objectID: id,
                        before: before.recorded, after: after.recorded),
                    scope: .grants)
            })
    }

    private func check(_ new: NewAgent, _ message: String) throws(Failure) -> AgentKind {
        var problems = Problems()
        problems.text(new.name, "/name")
        let kind = problems.oneOf(new.kind, "/kind", as: AgentKind.self)
        problems.optionalText(new.environment, "/environment", max: 100)
        problems.optionalText(new.owner, "/owner", max: 254)
        problems.labels(new.labels)
        try problems.check(message)
        return kind ?? .agent
    }

    private func read(
        _ id: String, _ tenant: TenantID, in transaction: Transaction
    ) async throws(Failure) -> Agent {
        guard let agent = try await AgentStore.get(id, tenant, in: transaction) else {
            throw .noSuch("agent")
        }
        return agent
    }
}

extension Agent {
    var recorded: JSONValue {
        [
            "name": .string(name), "kind": .string(kind.rawValue),
            "environment": .string(environment), "owner": .string(owner),
            "labels": Labels.value(labels),
        ]
    }
}
