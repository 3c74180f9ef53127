public import Core
internal import Postgres

/// Registered upstreams.
public struct Servers: Sendable {
    let changes: ChangeRunner
    let urlCheck: URLCheck

    private var database: Database { changes.database }

    public func create(
        _ new: NewServer, by change: Change
    ) async throws(Failure) -> Changed<Server> {
        let url = try check(new)
        do {
            return try await changes.perform(
                change,
                replay: { (id, transaction) async throws(Failure) in
                    try await read(id, change.tenant, in: transaction)
                },
                body: { (transaction, now) async throws(Failure) in
                    let server = Server(
                        id: changes.ids.next(), slug: new.slug, name: new.name,
                        transport: .streamableHTTP, url: url, allowPrivate: new.allowPrivate,
                        discoveredAt: nil, version: 1, createdAt: now, updatedAt: now)
                    try await ServerStore.insert(server, change.tenant, in: transaction)
                    return effect("server.create", nil, server, id: server.id)
                })
        } catch  where error.constraint == "servers_tenant_id_slug_key" {
            throw Failure(
                .conflict, "The slug `\(new.slug)` is taken; slugs are never used again",
                errors: [Failure.Field(pointer: "/slug", detail: "is taken")])
        }
    }

    public func get(_ tenant: TenantID, _ id: String) async throws(Failure) -> Server {
        try requireID(id, "server")
        guard let server = try await ServerStore.get(id, tenant, in: database) else {
            throw .noSuch("server")
        }
        return server
    }

    public func find(_ tenant: TenantID, slug: String) async throws(Failure) -> Server {
        guard let server = try await ServerStore.find(slug: slug, tenant, in: database) else {
            throw .noSuch("server")
        }
        return server
    }

    public func list(
        _ tenant: TenantID, _ page: PageRequest
    ) async throws(Failure) -> Page<Server> {
        let servers = try await ServerStore.list(
            tenant, after: try page.afterID(), limit: page.limit + 1, in: database)
        return Page(of: servers, limit: page.limit) { $0.id }
    }

    /// - Parameter ifVersion: the version the caller read; another one is `.preconditionFailed`.
    public func update(
        _ id: String, _ edit: ServerEdit, ifVersion: Int, by change: Change
    ) async throws(Failure) -> Changed<Server> {
        try requireID(id, "server")
        return try await changes.perform(
            change,
            replay: { (id, transaction) async throws(Failure) in
                try await read(id, change.tenant, in: transaction)
            },
            body: { (transaction, now) async throws(Failure) in
                let before = try await read(id, change.tenant, in: transaction)
                guard before.version == ifVersion else { throw .changedMeanwhile("server") }
                let after = before.edited(edit, at: now)
                var problems = Problems()
                problems.text(after.name, "/name")
                checkURL(after.url, after.allowPrivate, &problems)
                try problems.check("The server cannot be changed")
                try await ServerStore.update(after, change.tenant, in: transaction)
                return effect("server.update", before, after, id: id)
            })
    }

    /// Its grants stay, but open nothing here any more; its slug is never used again.
    public func delete(_ id: String, ifVersion: Int?, by change: Change) async throws(Failure) {
        try requireID(id, "server")
        _ = try await changes.perform(
            change,
            replay: { (_, _) async throws(Failure) -> Server? in nil },
            body: { (transaction, now) async throws(Failure) in
                let before = try await read(id, change.tenant, in: transaction)
                guard before.version == ifVersion ?? before.version else {
                    throw .changedMeanwhile("server")
                }
                try await ServerStore.delete(id, change.tenant, at: now, in: transaction)
                let event = AdminEvent(
                    action: "server.delete", objectKind: "server", objectID: id,
                    before: before.recorded)
                return ChangeRunner.Effect(object: before as Server?, event: event)
            })
    }

    private func effect(
        _ action: String, _ before: Server?, _ after: Server, id: String
    ) -> ChangeRunner.Effect<Server> {
        ChangeRunner.Effect(
            object: after,
            event: AdminEvent(
                action: action, objectKind: "server", objectID: id, before: before?.recorded,
                after: after.recorded))
    }

    func read(
        _ id: String, _ tenant: TenantID, in transaction: Transaction
    ) async throws(Failure) -> Server {
        guard let server = try await ServerStore.get(id, tenant, in: transaction) else {
            throw .noSuch("server")
        }
        return server
    }

    /// The checked URL.
    private func check(_ new: NewServer) throws(Failure) -> String {
        var problems = Problems()
        problems.slug(new.slug)
        problems.text(new.name, "/name")
        switch Transport(rawValue: new.transport) {
        case .streamableHTTP: checkURL(new.url ?? "", new.allowPrivate, &problems)
        case .sse, .stdio:
            problems.add(
                "/transport", "`\(new.transport)` is not offered yet: use `streamable_http`")
        case nil:
            problems.add("/transport", "is `streamable_http`")
        }
        try problems.check("The server cannot be registered")
        return new.url ?? ""
    }

    private func checkURL(_ url: String, _ allowPrivate: Bool, _ problems: inout Problems) {
        let known = problems.fields.count
        problems.text(url, "/url", max: Limits.urlBytesMax)
        guard problems.fields.count == known else { return }
        if let wrong = urlCheck(url, allowPrivate) { problems.add("/url", wrong) }
    }
}

extension Server {
    var recorded: JSONValue {
        [
            "slug": .string(slug), "name": .string(name), "transport": .string(transport.rawValue),
            "url": .string(url), "allow_private": .bool(allowPrivate),
        ]
    }

    func edited(_ edit: ServerEdit, at now: Timestamp) -> Server {
        Server(
            id: id, slug: slug, name: edit.name ?? name, transport: transport,
            url: edit.url ?? url, allowPrivate: edit.allowPrivate ?? allowPrivate,
            discoveredAt: discoveredAt, version: version + 1, createdAt: createdAt, updatedAt: now)
    }

    func discovered(at now: Timestamp) -> Server {
        Server(
            id: id, slug: slug, name: name, transport: transport, url: url,
            allowPrivate: allowPrivate, discoveredAt: discoveredAt ?? now, version: version + 1,
            createdAt: createdAt, updatedAt: now)
    }
}
