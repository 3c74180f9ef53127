internal import Core
internal import Governance
internal import HTTP

/// `/api-tokens`: tokens of the caller, or of a service principal.
enum TokenRoutes {
    static let all: [Endpoint] = [
        Endpoint(
            .get, "/api-tokens", .manageMembers, "Lists the API tokens, without their secrets",
            output: .page(of: Shapes.token)
        ) { (call) async throws(Failure) in
            let page = try await call.services.governance.apiTokens.list(call.tenant, call.page())
            return .list(page.items.map(\.view), next: page.next)
        },
        Endpoint(
            .post, "/api-tokens", .manageMembers, "Mints an API token; it is shown once",
            input: Shapes.newToken, output: Shapes.mintedToken
        ) { (call) async throws(Failure) in
            let roles =
                call.input["roles"] == nil
                ? call.principal.roles.map(\.rawValue) : call.input.strings("roles")
            let minted = try await call.services.governance.apiTokens.mint(
                NewAPIToken(
                    name: call.input.string("name"), roles: roles,
                    expiresAt: call.input.timestamp("expires_at"),
                    forService: call.input.bool("service") ?? false),
                by: call.change)
            return .created(
                .members(minted.object.fields + MintedToken.fields(minted.token)),
                at: "/api-tokens/\(minted.object.id)")
        },
        Endpoint(
            .delete, "/api-tokens/{id}", .manageMembers, "Revokes an API token at once",
            input: Shapes.reason
        ) { (call) async throws(Failure) in
            try await call.services.governance.apiTokens.revoke(call["id"], by: call.change)
            return .nothing
        },
    ]
}
