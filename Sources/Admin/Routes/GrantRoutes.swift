internal import Core
internal import Governance
internal import HTTP
internal import Vault

/// `/grants`: scoped tokens, shown once, revoked at once.
enum GrantRoutes {
    static let all: [Endpoint] = [
        Endpoint(
            .get, "/grants", .view, "Lists the grants", output: .page(of: Shapes.grant)
        ) { (call) async throws(Failure) in
            let page = try await call.services.governance.grants.list(call.tenant, call.page())
            let now = call.services.clock.now()
            return .list(page.items.map { $0.view(at: now) }, next: page.next)
        },
        Endpoint(
            .post, "/grants", .manageGrants, "Mints a grant; its token is shown once",
            input: Shapes.newGrant, output: Shapes.mintedGrant
        ) { (call) async throws(Failure) in
            let minted = try await call.services.governance.grants.mint(
                NewGrant(
                    label: call.input.string("label"), agentID: call.input.string("agent_id"),
                    servers: call.input.strings("servers"),
                    policyID: call.input.optional("policy_id"),
                    expiresAt: call.input.timestamp("expires_at"),
                    readOnly: call.input.bool("read_only") ?? false,
                    labels: call.input.labels("labels")),
                by: call.change)
            let fields = minted.object.fields(at: call.services.clock.now())
            return .created(
                .members(fields + MintedToken.fields(minted.token)),
                version: minted.object.version, at: "/grants/\(minted.object.id)")
        },
        Endpoint(
            .get, "/grants/{id}", .view, "Shows a grant, without its token", output: Shapes.grant
        ) { (call) async throws(Failure) in
            let grant = try await call.services.governance.grants.get(call.tenant, call["id"])
            return .object(grant.view(at: call.services.clock.now()), version: grant.version)
        },
        Endpoint(
            .delete, "/grants/{id}", .manageGrants, "Revokes a grant, from its next call on",
            input: Shapes.reason, output: Shapes.grant
        ) { (call) async throws(Failure) in
            let grant = try await call.services.governance.grants.revoke(
                call["id"], by: call.change)
            return .object(grant.view(at: call.services.clock.now()), version: grant.version)
        },
    ]
}

/// How a minted token stands in an answer: once, and null when the request is a replay.
enum MintedToken {
    static func fields(_ token: Secret?) -> [(String, JSONValue?)] {
        let text = token.map { secret in
            secret.withBytes { JSONValue.string(String(decoding: $0, as: UTF8.self)) }
        }
        return [("token", text ?? .null), ("replayed", .bool(token == nil))]
    }
}
