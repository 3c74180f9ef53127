// One migrated database, a tenant with its keys, and a writer on two reactors.
import Core
import Ledger
import Postgres
import Reactor
import TestSupport
import Testing
import Vault

@testable import Governance

final class AuditFixture: Sendable {
    let test: PrivatePostgres.TestDatabase
    let server: PrivatePostgres
    /// Shared by the tests of the process: a group must not be joined from one of its threads, and
    /// the last one to let go of a fixture may run there.
    static let group: ReactorGroup? = try? ReactorGroup(count: 2)
    let group: ReactorGroup
    let database: Database
    let writer: AuditWriter
    let keys: TenantKeys
    let ids = IDGenerator(clock: .live, entropy: .live)
    let tenant: TenantID

    init(_ server: PrivatePostgres? = nil) async throws {
        self.server = try server ?? PrivatePostgres.shared()
        test = try self.server.migratedDatabase()
        group = try #require(AuditFixture.group)
        database = try AuditFixture.database(test.appURL, group)
        tenant = TenantID(ids.next())
        keys = try TenantKeys([DataKey.generate(tenant: tenant, entropy: .live)])
        writer = AuditFixture.writer(database, group)
        try await addTenant(tenant, slug: "acme")
    }

    deinit { database.close() }

    /// Small pools: a test server has two hundred connections for all tests at once.
    static func database(_ url: String, _ group: ReactorGroup) throws -> Database {
        var options = Database.Options()
        options.poolSize = 4
        let database = try Database(url: url, reactors: group.reactors, options: options)
        database.start()
        return database
    }

    static func writer(_ database: Database, _ group: ReactorGroup) -> AuditWriter {
        AuditWriter(
            database: database, clock: .live, entropy: .live, runtime: runtime(group),
            log: .none)
    }

    static func runtime(_ group: ReactorGroup) -> AuditRuntime {
        let first = group.reactors[0]
        return AuditRuntime(
            run: { body in _ = (Reactor.current ?? first).run(body) },
            sleep: { await (Reactor.current ?? first).sleep(nanoseconds: $0) })
    }

    func addTenant(_ tenant: TenantID, slug: String) async throws {
        try await database.execute(
            """
            INSERT INTO tenants (tenant_id, slug, name, origin, created_at)
            VALUES (\(tenant), \(slug), \(slug), \("test/audit/" + slug), now())
            """, tenant: tenant)
    }

    func record(
        _ decision: CallRecord.Decision = .allow, kind: CallRecord.Kind = .intent,
        code: String? = nil
    ) -> CallRecord {
        var record = CallRecord(
            kind, id: ids.next(), time: Clock.live.now(), tenant: tenant, decision: decision,
            code: code)
        record.server = "desk"
        record.method = "tools/call"
        record.tool = "create_refund"
        record.requestID = record.id
        return record
    }

    /// Runs `body` `count` times at once, spread over the reactors.
    func concurrently(
        _ count: Int, _ body: @escaping @Sendable (Int) async throws -> Void
    ) async throws {
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            for number in 0..<count {
                let reactor = group.reactors[number % group.reactors.count]
                tasks.addTask(executorPreference: reactor) { try await body(number) }
            }
            try await tasks.waitForAll()
        }
    }

    struct Leaf: Equatable {
        let index: Int
        let id: String
        let entry: [UInt8]
        let hash: [UInt8]
    }

    /// The log as it stands, by index.
    func leaves(_ log: String = "calls", tenant: TenantID? = nil) async throws -> [Leaf] {
        let tenant = tenant ?? self.tenant
        let rows = try await database.query(
            """
            SELECT index, id, entry, leaf_hash FROM audit_leaves
            WHERE tenant_id = \(tenant) AND log = \(log) ORDER BY index
            """, tenant: tenant)
        return try rows.map { row in
            Leaf(
                index: try row.int("index"), id: try row.string("id"),
                entry: try row.bytes("entry"), hash: try row.bytes("leaf_hash"))
        }
    }

    func size(_ log: String = "calls") async throws -> Int {
        try await database.query(
            "SELECT size FROM audit_heads WHERE tenant_id = \(tenant) AND log = \(log)",
            tenant: tenant)[0].int("size")
    }
}
