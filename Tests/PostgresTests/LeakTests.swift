// Tenants in one pool: what one set, read or left behind is nobody else's.
import Core
import Postgres
import Reactor
import TestSupport
import Testing

@Suite struct LeakTests {
    /// `BAILIWICK_SOAK` in the environment of `make soak` asks for the full count.
    private static let rounds = soak ? 200_000 : 2_000

    private static let setup = """
        CREATE TABLE notes (tenant_id uuid, n int8, PRIMARY KEY (tenant_id, n));
        ALTER TABLE notes ENABLE ROW LEVEL SECURITY;
        ALTER TABLE notes FORCE ROW LEVEL SECURITY;
        CREATE POLICY own ON notes
            USING (tenant_id = nullif(current_setting('app.tenant', true), '')::uuid)
            WITH CHECK (tenant_id = nullif(current_setting('app.tenant', true), '')::uuid);
        GRANT SELECT, INSERT ON notes TO bailiwick_app;
        """

    private static func tenant(_ number: Int) -> TenantID {
        let digits = String(number, radix: 16)
        return TenantID(
            "0190a1b2-c3d4-7e5f-8091-" + String(repeating: "0", count: 12 - digits.count) + digits)
    }

    @Test func settingIsEmptyAfterCommitNotNull() async throws {
        try await Bench.withDatabase(size: 2, reactors: 1) { database, _ in
            let setting: Query = "SELECT current_setting('app.tenant', true) AS t"
            let own = try await database.query(setting, tenant: Bench.tenant)
            #expect(try own[0].string("t") == Bench.tenant.text)
            let inside = try await database.transaction(tenant: Bench.tenant) {
                transaction throws(Failure) in
                _ = try await transaction.query(setting)
                return try await transaction.query(setting)
            }
            #expect(try inside[0].string("t") == Bench.tenant.text)
            var seen: [String?] = []
            for _ in 0..<8 {
                let later = try await database.query(setting, tenant: nil)
                seen.append(try later[0].optionalString("t"))
            }
            #expect(seen.contains("") && !seen.contains { $0?.isEmpty == false })
        }
    }

    @Test func nothingLeaksBetweenPooledTransactions() async throws {
        let server = try PrivatePostgres.shared()
        let place = try server.database()
        try server.sql(Self.setup, in: place.name)
        let (leaks, done, next) = (Locked(0), Locked(0), Locked(0))
        try await Bench.withPool(place.appURL, size: 6) { options in
            options.waitNanoseconds = 30_000_000_000
            options.unitNanoseconds = 30_000_000_000
        } _: { database in
            let workers = (0..<24).map { worker in
                Bench.reactors[worker % 2].run {
                    while true {
                        let number = next.withLock { (count: inout Int) -> Int in
                            count += 1
                            return count
                        }
                        guard number <= Self.rounds else { return }
                        // A child of its own: some visits cancel themselves.
                        let seen = await withTaskGroup(of: Int?.self) { group in
                            group.addTask { await visit(number, database) }
                            return await group.next() ?? nil
                        }
                        if let foreign = seen, foreign > 0 { leaks.withLock { $0 += 1 } }
                        if seen != nil { done.withLock { $0 += 1 } }
                    }
                }
            }
            for worker in workers { await worker.value }
            let blind = try await database.query("SELECT count(*) AS n FROM notes", tenant: nil)
            #expect(try blind[0].int("n") == 0)
        }
        #expect(leaks.withLock { $0 } == 0)
        #expect(done.withLock { $0 } >= Self.rounds / 3)
        let rows = try server.sql("SELECT count(*) > 0 FROM notes", in: place.name)
        #expect(rows == "t\n")
    }

    /// One use of the pool, in one of several ways; the number of rows it could see that belong
    /// to others, nil where it looked at none.
    private func visit(_ number: Int, _ database: Database) async -> Int? {
        let tenant = Self.tenant(number % 17)
        let look: Query = """
            SELECT count(*) FILTER (WHERE tenant_id <> \(tenant)) AS foreign,
                count(*) FILTER (WHERE current_setting('app.tenant') <> \(tenant.text)) AS wrong
            FROM notes
            """
        let write: Query = "INSERT INTO notes VALUES (\(tenant), \(number))"
        let other: Query = "INSERT INTO notes VALUES (\(Self.tenant(number % 17 + 1)), \(number))"
        let ways = number % 6
        let outcome = Locked<Int?>(nil)
        let failure = await failure {
            if ways == 0 {
                let row = try await database.batch([write, look], tenant: tenant)[1][0]
                let sum = try row.int("foreign") + row.int("wrong")
                return outcome.withLock { $0 = sum }
            }
            if ways == 1 {
                _ = try await database.batch([write, look, "SELECT 1 / \(0)"], tenant: tenant)
            }
            try await database.transaction(tenant: tenant) { transaction throws(Failure) in
                if ways == 2 { try await transaction.execute(other) }
                try await transaction.execute(write)
                if ways == 3 { throw Failure(.cancelled, "changed my mind") }
                if ways == 4 { withUnsafeCurrentTask { $0?.cancel() } }
                let row = try await transaction.query(look)[0]
                let sum = try row.int("foreign") + row.int("wrong")
                outcome.withLock { $0 = sum }
            }
        }
        // Writing for another tenant is refused by the policy, never carried out.
        if ways == 2, failure == nil { return 1 }
        return outcome.withLock { $0 }
    }
}
