internal import Core
internal import Governance
internal import HTTP

/// `/agents`: whoever acts through grants.
enum AgentRoutes {
    static let all: [Endpoint] = [
        Endpoint(
            .get, "/agents", .view, "Lists the agents", output: .page(of: Shapes.agent)
        ) { (call) async throws(Failure) in
            let page = try await call.services.governance.agents.list(call.tenant, call.page())
            return .list(page.items.map(\.view), next: page.next)
        },
        Endpoint(
            .post, "/agents", .manageGrants, "Registers an agent", input: Shapes.newAgent,
            output: Shapes.agent
        ) { (call) async throws(Failure) in
            let made = try await call.services.governance.agents.create(
                newAgent(call.input), by: call.change)
            return .created(
                made.object.view, version: made.object.version, at: "/agents/\(made.object.id)")
        },
        Endpoint(
            .get, "/agents/{id}", .view, "Shows an agent", output: Shapes.agent
        ) { (call) async throws(Failure) in
            let agent = try await call.services.governance.agents.get(call.tenant, call["id"])
            return .object(agent.view, version: agent.version)
        },
        Endpoint(
            .patch, "/agents/{id}", .manageGrants, "Changes an agent's description",
            precondition: .ifMatch, input: Shapes.agentEdit, output: Shapes.agent
        ) { (call) async throws(Failure) in
            let edit = AgentEdit(
                name: call.input.optional("name"), kind: call.input.optional("kind"),
                environment: call.input.optional("environment"),
                owner: call.input.optional("owner"),
                labels: call.input["labels"] == nil ? nil : call.input.labels("labels"))
            let changed = try await call.services.governance.agents.update(
                call["id"], edit, ifVersion: call.expectedVersion, by: call.change)
            return .object(changed.object.view, version: changed.object.version)
        },
    ]

    private static func newAgent(_ input: Input) -> NewAgent {
        NewAgent(
            name: input.string("name"), kind: input.optional("kind") ?? "agent",
            environment: input.string("environment"), owner: input.string("owner"),
            labels: input.labels("labels"))
    }
}
