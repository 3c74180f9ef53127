// Many units on few connections: in order, each failing alone.
import Core
import Postgres
import Reactor
import TestSupport
import Testing

@Suite struct PipelineTests {
    private static let table = "CREATE TABLE t (n int8 PRIMARY KEY, at int8 REFERENCES t)"

    @Test func answersGoToWhoAsked() async throws {
        try await Bench.withDatabase(size: 2, reactors: 1) { database, _ in
            try await withThrowingTaskGroup(of: Bool.self) { group in
                for number in 0..<500 {
                    group.addTask {
                        let rows = try await database.query(
                            "SELECT \(number) AS n FROM generate_series(0, \(number % 7))",
                            tenant: nil)
                        let same = try rows.allSatisfy { try $0.int("n") == number }
                        return same && rows.count == number % 7 + 1
                    }
                }
                for try await isRight in group { #expect(isRight) }
            }
        }
    }

    @Test func failingUnitDisturbsNoNeighbour() async throws {
        try await Bench.withDatabase(setup: Self.table, size: 2, reactors: 1) { database, _ in
            let failed = try await withThrowingTaskGroup(of: Int.self) { group in
                for number in 0..<400 {
                    group.addTask {
                        // Every tenth divides by zero, and its second statement is one of a kind:
                        // prepared for it alone in the midst of the others.
                        let divisor = number % 10 == 0 ? 0 : 1
                        let queries: [Query] = [
                            "INSERT INTO t (n) VALUES (\(number))", "SELECT 1 / \(divisor)",
                            "SELECT \(number) AS n, \(unsafe: "\(number / 7)")",
                        ]
                        let failure = await failure {
                            try await database.batch(queries, tenant: nil)
                        }
                        #expect((failure == nil) == (divisor == 1), "\(failure?.detail ?? "")")
                        #expect(failure == nil || failure?.code == .invalid)
                        return failure == nil ? 0 : 1
                    }
                }
                return try await group.reduce(0, +)
            }
            #expect(failed == 40)
            let row = try await database.query("SELECT count(*) AS n FROM t", tenant: nil)[0]
            #expect(try row.int("n") == 360)
        }
    }

    @Test func refusedStatementIsRefusedForItself() async throws {
        try await Bench.withDatabase(size: 2, reactors: 1) { database, place in
            let query: Query = "SELECT FROM nope"
            async let first = failure { try await database.query(query, tenant: nil) }
            async let second = failure { try await database.query(query, tenant: nil) }
            async let third = database.query("SELECT 1", tenant: nil)
            for failure in await [first, second] {
                #expect(failure?.code == .internal)
                #expect(failure?.detail?.contains("42P01") == true)
            }
            #expect(try await third.count == 1)
            // The refusal is not remembered.
            try await database.execute("CREATE TABLE nope ()", tenant: nil)
            #expect(try await database.query(query, tenant: nil).isEmpty)
        }
    }

    @Test func sessionStaysAsItIs() async throws {
        let words = [
            "BEGIN", " begin isolation level serializable", "START TRANSACTION", "commit", "END",
            "ROLLBACK", "abort", "SET app.tenant = 'x'", "set session app.tenant = 'x'",
            "RESET ALL",
            "DISCARD ALL", "LISTEN x", "(ROLLBACK", "DEALLOCATE ALL", "PREPARE TRANSACTION 'x'",
        ]
        try await Bench.withDatabase(size: 2, reactors: 1) { database, _ in
            for word in words {
                let failure = await failure {
                    try await database.query(Query(unsafe: word), tenant: nil)
                }
                #expect(failure?.detail?.contains("nor change the session") == true, "\(word)")
            }
            try await database.execute("SET LOCAL work_mem = '1MB'", tenant: nil)
            try await expectAnswer(database)
        }
    }

    @Test func constraintsAreNamed() async throws {
        let setup =
            Self.table + """
                ; CREATE TABLE u (n int8 CONSTRAINT n_is_small CHECK (n < 10),
                    m int8 CONSTRAINT m_is_unique UNIQUE DEFERRABLE INITIALLY DEFERRED)
                """
        try await Bench.withDatabase(setup: setup) { database, _ in
            let cases: [([Query], String?)] = [
                (["INSERT INTO t VALUES (1), (1)"], "t_pkey"),
                (["INSERT INTO t VALUES (2, 77)"], "t_at_fkey"),
                (["INSERT INTO u VALUES (11)"], "n_is_small"),
                // Found only when the unit commits, after every statement succeeded.
                (["INSERT INTO u VALUES (1, 1)", "INSERT INTO u VALUES (1, 1)"], "m_is_unique"),
            ]
            for (queries, constraint) in cases {
                let failure = await failure { try await database.batch(queries, tenant: nil) }
                #expect(failure?.code == .conflict)
                #expect(failure?.constraint == constraint)
                #expect(failure?.outcomeUnknown == false)
            }
            let row = try await database.query(
                "SELECT (SELECT count(*) FROM t) + (SELECT count(*) FROM u) AS n", tenant: nil)[0]
            #expect(try row.int("n") == 0)
        }
    }

    @Test func serverEndsLongStatements() async throws {
        try await Bench.withDatabase { options in
            options.statementMilliseconds = 100
        } _: { database, _ in
            let failure = await failure {
                try await database.query("SELECT pg_sleep(5)", tenant: nil)
            }
            #expect(failure?.code == .timeout && failure?.outcomeUnknown == false)
            try await expectAnswer(database)
        }
    }

    @Test func lateAnswerIsATimeoutOfUnknownOutcome() async throws {
        try await Bench.withDatabase(size: 2, reactors: 1) { database, _ in
            try await expectAnswer(database)
            let elapsed = try await onReactor(Bench.reactors[1]) {
                let start = ContinuousClock.now
                let failure = await failure {
                    try await database.query(
                        "SELECT pg_sleep(4)", tenant: nil, timeoutNanoseconds: 200_000_000)
                }
                #expect(failure?.code == .timeout && failure?.outcomeUnknown == true)
                return ContinuousClock.now - start
            }
            #expect(elapsed < .milliseconds(2_500))
            try await expectAnswer(database)
        }
    }

    @Test func changedTableIsPlannedAnew() async throws {
        try await Bench.withDatabase(setup: "CREATE TABLE w (a int8)", size: 2, reactors: 1) {
            database, _ in
            for _ in 0..<3 { _ = try await database.query("SELECT * FROM w", tenant: nil) }
            try await database.execute("ALTER TABLE w ADD b text", tenant: nil)
            var failures = 0
            for _ in 0..<10 {
                let failure = await failure {
                    try await database.query("SELECT * FROM w", tenant: nil)
                }
                failures += failure == nil ? 0 : 1
            }
            // Once for each connection at most: nothing is sent twice by itself.
            #expect(failures <= 2)
        }
    }

    @Test func moreStatementsThanAConnectionKeeps() async throws {
        try await Bench.withDatabase(size: 2, reactors: 1) { database, _ in
            for number in 0..<(Limits.databasePreparedStatementsMax + 100) {
                let rows = try await database.query(
                    "SELECT \(number) + \(unsafe: "\(number)") AS n", tenant: nil)
                #expect(try rows[0].int("n") == 2 * number)
            }
            let row = try await database.query(
                "SELECT count(*) AS n FROM pg_prepared_statements", tenant: nil)[0]
            #expect(try row.int("n") <= Limits.databasePreparedStatementsMax)
        }
    }
}
