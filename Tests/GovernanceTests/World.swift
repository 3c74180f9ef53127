// What the tests of the control plane begin with: a real database, a master key, a tenant.
import Core
import Policy
import Postgres
import Reactor
import TestSupport
import Vault

@testable import Governance

/// One process's control plane over a database. Several over one database are several replicas.
struct Replica {
    let reactors: ReactorGroup
    let database: Database
    let governance: Governance

    init(_ url: String, rootKey: RootKey, clock: Clock = .live) throws {
        reactors = try ReactorGroup(count: 1)
        var options = Database.Options()
        options.poolSize = 8
        database = try Database(url: url, reactors: reactors.reactors, options: options)
        governance = Governance(
            database: database, rootKey: rootKey, clock: clock, entropy: .live, log: .none
        ) { url, allowPrivate in
            url.utf8.starts(with: "https://".utf8) || allowPrivate ? nil : "is an https URL"
        }
        database.start()
    }

    /// Starts it and waits until the change feed is up.
    func start() async throws {
        try await governance.start()
        try await eventually { governance.grantCache.isTrusting }
    }

    func close() {
        governance.close()
        database.close()
        reactors.shutdown()
    }
}

/// A replica with two tenants: what happens in one must not be seen in the other.
struct World {
    let test: PrivatePostgres.TestDatabase
    let rootKey: RootKey
    let replica: Replica
    let tenant: Tenant
    let other: Tenant

    var governance: Governance { replica.governance }

    init(clock: Clock = .live) async throws {
        test = try PrivatePostgres.shared().migratedDatabase()
        rootKey = try RootKey(RootKey.generate(entropy: .live))
        replica = try Replica(test.appURL, rootKey: rootKey, clock: clock)
        try await replica.start()
        tenant = try await replica.governance.tenants.create(
            slug: "acme", name: "Acme", host: "gate.example", requestID: "r1")
        other = try await replica.governance.tenants.create(
            slug: "rival", name: "Rival", host: "gate.example", requestID: "r2")
    }

    func close() { replica.close() }

    /// A change by the command line in the first tenant, or in another one.
    func change(
        in tenant: Tenant? = nil, reason: String? = nil, key: String? = nil, digest: UInt8 = 1
    ) -> Change {
        let tenant = tenant ?? self.tenant
        return Change(
            .commandLine(tenant: tenant.id, slug: tenant.slug), requestID: "req", reason: reason,
            replay: key.map {
                ReplayKey(key: $0, requestDigest: Array(repeating: digest, count: 32))
            })
    }

    func server(_ slug: String = "desk", in tenant: Tenant? = nil) async throws -> Server {
        try await governance.servers.create(
            NewServer(
                slug: slug, name: "Desk", transport: "streamable_http",
                url: "https://desk.example/mcp"), by: change(in: tenant)
        ).object
    }

    func agent(in tenant: Tenant? = nil) async throws -> Agent {
        try await governance.agents.create(NewAgent(name: "tier-1"), by: change(in: tenant)).object
    }

    func policy(
        _ document: String = "version: \"1\"\ntools: {}\n", in tenant: Tenant? = nil
    ) async throws -> StoredPolicy {
        try await governance.policies.create(
            name: "support", document: document, by: change(in: tenant)
        ).object
    }

    /// A grant for a new server of this slug, with a new agent.
    func grant(
        _ slug: String = "desk", policyID: String? = nil, expiresAt: Timestamp? = nil
    ) async throws -> (grant: Grant, token: [UInt8]) {
        let agent = try await agent()
        _ = try await server(slug)
        let minted = try await governance.grants.mint(
            NewGrant(
                label: "g", agentID: agent.id, servers: [slug], policyID: policyID,
                expiresAt: expiresAt), by: change())
        return (minted.object, minted.token.map { $0.withBytes { Array($0) } } ?? [])
    }
}

struct NeverHappened: Error {}

/// Waits until something holds, at most five seconds.
func eventually(_ holds: () async throws -> Bool) async throws {
    for _ in 0..<500 {
        if try await holds() { return }
        try await Task.sleep(nanoseconds: 10_000_000)
    }
    throw NeverHappened()
}

/// The failure an operation ends with, nil when it succeeds.
func failure<Value>(_ body: () async throws(Failure) -> Value) async -> Failure? {
    do {
        _ = try await body()
        return nil
    } catch {
        return error
    }
}
