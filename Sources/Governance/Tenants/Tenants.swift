public import Core
internal import Postgres

/// Makes and finds tenants.
public struct Tenants: Sendable {
    let database: Database
    let keyring: Keyring
    let clock: Clock
    let ids: IDGenerator
    let record: ChangeRunner.Record

    /// Makes a tenant with its first data key; its own admin log begins with it.
    ///
    /// - Parameter host: the public host name; with the slug it is the origin of the tenant's logs.
    public func create(
        slug: String, name: String, host: String, requestID: String
    ) async throws(Failure) -> Tenant {
        var problems = Problems()
        problems.slug(slug)
        problems.text(name, "/name")
        try problems.check("The tenant cannot be made")
        let tenant = Tenant(
            id: TenantID(ids.next()), slug: slug, name: name, origin: "\(host)/audit/\(slug)",
            newTools: .quarantine, createdAt: clock.now())
        let change = Change(
            .commandLine(tenant: tenant.id, slug: slug), requestID: requestID)
        do {
            _ = try await database.transaction(tenant: tenant.id) {
                (transaction) async throws(Failure) -> Bool in
                try await TenantStore.insert(tenant, in: transaction)
                try await keyring.makeKey(for: tenant.id, in: transaction)
                let event = AdminEvent(
                    action: "tenant.create", objectKind: "tenant", objectID: tenant.id.text,
                    after: [
                        "slug": .string(slug), "name": .string(name),
                        "origin": .string(tenant.origin),
                    ])
                try await record(event, change, transaction)
                return true
            }
        } catch  where error.constraint == "tenants_slug_key" {
            throw Failure(
                .conflict, "The slug `\(slug)` is taken; slugs are never used again",
                errors: [Failure.Field(pointer: "/slug", detail: "is taken")])
        }
        return tenant
    }

    public func get(_ id: TenantID) async throws(Failure) -> Tenant {
        guard let tenant = try await TenantStore.get(id, in: database) else {
            throw .noSuch("tenant")
        }
        return tenant
    }

    public func find(slug: String) async throws(Failure) -> Tenant {
        guard let id = try await TenantStore.ids(ofSlugs: [slug], in: database).first ?? nil else {
            throw .noSuch("tenant")
        }
        return try await get(id)
    }

    /// Every tenant, for jobs that then work on each in a transaction of its own.
    public func all() async throws(Failure) -> [TenantID] {
        try await TenantStore.all(in: database)
    }
}
