internal import Core
internal import Governance
internal import HTTP
internal import Vault

/// `/servers`: upstreams, their write-only credentials and the catalogue of their tools.
enum ServerRoutes {
    static let all: [Endpoint] = servers + catalogue

    private static let servers: [Endpoint] = [
        Endpoint(
            .get, "/servers", .view, "Lists the servers", output: .page(of: Shapes.server)
        ) { (call) async throws(Failure) in
            let page = try await call.services.governance.servers.list(call.tenant, call.page())
            return .list(page.items.map { view($0, call) }, next: page.next)
        },
        Endpoint(
            .post, "/servers", .manageServers, "Registers a server and discovers its tools",
            input: Shapes.newServer, output: Shapes.server
        ) { (call) async throws(Failure) in
            let made = try await call.services.governance.servers.create(
                NewServer(
                    slug: call.input.string("slug"), name: call.input.string("name"),
                    transport: call.input.string("transport"), url: call.input.optional("url"),
                    allowPrivate: call.input.bool("allow_private") ?? false),
                by: call.change)
            var body = view(made.object, call)
            if !made.replayed { body["discovery"] = await discovery(of: made.object.id, call) }
            return .created(
                body, version: made.object.version, at: "/servers/\(made.object.id)")
        },
        Endpoint(
            .get, "/servers/{id}", .view, "Shows a server", output: Shapes.server
        ) { (call) async throws(Failure) in
            let server = try await call.services.governance.servers.get(call.tenant, call["id"])
            return .object(view(server, call), version: server.version)
        },
        Endpoint(
            .patch, "/servers/{id}", .manageServers, "Changes a server", precondition: .ifMatch,
            input: Shapes.serverEdit, output: Shapes.server
        ) { (call) async throws(Failure) in
            let edit = ServerEdit(
                name: call.input.optional("name"), url: call.input.optional("url"),
                allowPrivate: call.input.bool("allow_private"))
            let changed = try await call.services.governance.servers.update(
                call["id"], edit, ifVersion: call.expectedVersion, by: call.change)
            return .object(view(changed.object, call), version: changed.object.version)
        },
        Endpoint(
            .delete, "/servers/{id}", .manageServers, "Removes a server; its slug stays taken",
            precondition: .ifMatchWhereSent, input: Shapes.reason
        ) { (call) async throws(Failure) in
            try await call.services.governance.servers.delete(
                call["id"], ifVersion: call.isConditional ? call.expectedVersion : nil,
                by: call.change)
            return .nothing
        },
        Endpoint(
            .put, "/servers/{id}/credential", .manageServers,
            "Seals the upstream's credential; nobody can read it back",
            input: Shapes.newCredential, output: Shapes.credential
        ) { (call) async throws(Failure) in
            let changed = try await call.services.governance.credentials.put(
                try credential(call.input), serverID: call["id"], by: call.change)
            return .object(changed.object.view)
        },
        Endpoint(
            .get, "/servers/{id}/credential", .view, "Tells which credential is stored, not what",
            output: Shapes.credential
        ) { (call) async throws(Failure) in
            let summary = try await call.services.governance.credentials.summary(
                call.tenant, serverID: call["id"])
            return .object(summary.view)
        },
    ]

    private static let catalogue: [Endpoint] = [
        Endpoint(
            .post, "/servers/{id}/discoveries", .manageServers, "Reads the server's tools anew",
            input: Shape("NewDiscovery", []), output: Shapes.discovery
        ) { (call) async throws(Failure) in
            let server = try await call.services.governance.servers.get(call.tenant, call["id"])
            return .object(try await call.services.discover(server.id, call.change).view)
        },
        Endpoint(
            .get, "/servers/{id}/tools", .view, "Lists the server's tools",
            output: .page(of: Shapes.tool)
        ) { (call) async throws(Failure) in
            let tools = try await call.services.governance.catalogue.tools(
                call.tenant, serverID: call["id"])
            return .list(tools.map(\.view), next: nil)
        },
        Endpoint(
            .get, "/servers/{id}/tools/{name}", .view, "Shows a tool", output: Shapes.tool
        ) { (call) async throws(Failure) in
            let tool = try await call.services.governance.catalogue.tool(
                call.tenant, serverID: call["id"], name: call["name"])
            return .object(tool.view, version: tool.version)
        },
        Endpoint(
            .put, "/servers/{id}/tools/{name}/classification", .manageServers,
            "Says what a tool does and how bad a wrong call would be", precondition: .ifMatch,
            input: Shapes.classification, output: Shapes.tool
        ) { (call) async throws(Failure) in
            let changed = try await call.services.governance.catalogue.classify(
                call["name"], serverID: call["id"], toolClass: call.input.string("class"),
                severity: call.input.string("severity"), ifVersion: call.expectedVersion,
                by: call.change)
            return .object(changed.object.view, version: changed.object.version)
        },
        Endpoint(
            .put, "/servers/{id}/tools/{name}/pin", .manageServers,
            "Approves a tool's present definition", input: Shapes.pin, output: Shapes.tool
        ) { (call) async throws(Failure) in
            let changed = try await call.services.governance.catalogue.pin(
                call["name"], serverID: call["id"],
                definitionHash: call.input.string("definition_hash"), by: call.change)
            return .object(changed.object.view, version: changed.object.version)
        },
    ]

    private static func view(_ server: Server, _ call: Call) -> JSONValue {
        server.view(publicURL: call.services.publicURL, tenantSlug: call.principal.tenantSlug)
    }

    /// A server that does not answer yet is registered all the same: its credential comes later.
    private static func discovery(of serverID: String, _ call: Call) async -> JSONValue {
        var change = call.change
        change.replay = nil
        do {
            _ = try await call.services.discover(serverID, change)
            return ["state": "ok"]
        } catch {
            return ["state": "failed", "detail": .string(error.message)]
        }
    }

    private static func credential(_ input: Input) throws(Failure) -> NewCredential {
        let kind = input.string("kind")
        let members: [(name: StaticString, kind: String)] = [
            ("token", "bearer"), ("username", "basic"), ("password", "basic"),
            ("headers", "headers"),
        ]
        let errors = members.compactMap { member -> Failure.Field? in
            let belongs = member.kind.utf8.elementsEqual(kind.utf8)
            if belongs == (input[member.name] != nil) { return nil }
            let detail = belongs ? "is required for `\(kind)`" : "is not taken for `\(kind)`"
            return Failure.Field(pointer: "/\(member.name)", detail: detail)
        }
        guard errors.isEmpty else {
            throw Failure(.invalid, "the credential is not one of its kind", errors: errors)
        }
        let secret = { (name: StaticString) in Secret(copying: input[name]?.utf8 ?? []) }
        switch kind {
        case "bearer": return .bearer(token: secret("token"))
        case "basic":
            return .basic(username: input.string("username"), password: secret("password"))
        case "headers":
            let members = input["headers"].map { Array($0.members) } ?? []
            return .headers(
                members.map { ($0.key.string, Secret(copying: $0.value.utf8 ?? [])) })
        default: return .none
        }
    }
}
