// The server dies, freezes and comes back. Each test has a server of its own.
import Core
import Postgres
import Reactor
import TestSupport
import Testing

@Suite(.serialized) struct FaultTests {
    private static let table = "CREATE TABLE t (n int8 PRIMARY KEY)"
    /// A busy machine must not fail the test; what is promised is less.
    private static let promptly = Duration.seconds(3)

    /// The body runs on a reactor; it kills and restarts through `blocking`.
    private func withServer(
        size: Int = 4, _ body: @escaping @Sendable (PrivatePostgres, Database) async throws -> Void
    ) async throws {
        let server = try await blocking { try PrivatePostgres() }
        defer { server.discard() }
        let url = try await blocking {
            let place = try server.database()
            try server.sql(Self.table, in: place.name)
            return place.superuserURL
        }
        try await onReactor(Bench.reactors[0]) {
            try await Bench.withPool(url, size: size) { options in
                options.waitNanoseconds = Limits.databaseWaitNanoseconds
            } _: { database in
                try await expectAnswer(database)
                try await body(server, database)
            }
        }
    }

    /// How long until the pool answers, without anybody's help.
    private func recovery(_ database: Database) async -> Duration {
        let start = ContinuousClock.now
        while await failure(of: { try await database.query("SELECT 1", tenant: nil) }) != nil {
            guard ContinuousClock.now - start < .seconds(20) else { break }
            await Bench.reactors[0].sleep(nanoseconds: 10_000_000)
        }
        return ContinuousClock.now - start
    }

    @Test func killedInMidQuery() async throws {
        try await withServer { server, database in
            for _ in 0..<3 {
                let late = await withTaskGroup(of: Bool.self) { group in
                    for number in 0..<40 {
                        group.addTask {
                            let start = ContinuousClock.now
                            let failure = await failure {
                                if number % 2 == 0 {
                                    _ = try await database.query("SELECT pg_sleep(4)", tenant: nil)
                                } else {
                                    try await database.transaction(tenant: nil) {
                                        transaction throws(Failure) in
                                        _ = try await transaction.query("SELECT pg_sleep(4)")
                                    }
                                }
                            }
                            #expect(failure?.code == .unavailable)
                            return ContinuousClock.now - start > Self.promptly
                        }
                    }
                    await Bench.reactors[0].sleep(nanoseconds: 300_000_000)
                    try? await blocking { server.kill() }
                    return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
                }
                #expect(late == 0)
                try await blocking { try server.restart() }
                #expect(await recovery(database) < .seconds(5))
            }
        }
    }

    @Test func unknownOutcomesAreToldFromRefusals() async throws {
        try await withServer { server, database in
            try await database.execute("INSERT INTO t VALUES (0)", tenant: nil)
            let step = await failure {
                try await database.transaction(tenant: nil) { transaction throws(Failure) in
                    try await transaction.execute("INSERT INTO t VALUES (1)")
                    server.kill()
                    try await transaction.execute("INSERT INTO t VALUES (2)")
                }
            }
            // COMMIT was never sent.
            #expect(step?.code == .unavailable && step?.outcomeUnknown == false)
            try await blocking { try server.restart() }
            _ = await recovery(database)
            async let written = failure {
                try await database.batch(
                    ["INSERT INTO t VALUES (3)", "SELECT pg_sleep(4)"], tenant: nil)
            }
            await Bench.reactors[0].sleep(nanoseconds: 300_000_000)
            try await blocking { server.kill() }
            let unit = await written
            #expect(unit?.code == .unavailable && unit?.outcomeUnknown == true)
            let away = await failure {
                try await database.execute("INSERT INTO t VALUES (4)", tenant: nil)
            }
            #expect(away?.code == .unavailable && away?.outcomeUnknown == false)
            try await blocking { try server.restart() }
            _ = await recovery(database)
            let row = try await database.query("SELECT sum(n) AS n FROM t", tenant: nil)[0]
            #expect(try row.int("n") == 0)
        }
    }

    @Test func acknowledgedSurvivesWhatWasUnknownMay() async throws {
        try await withServer { server, database in
            let (acknowledged, unknown) = (Locked(Set<Int>()), Locked(Set<Int>()))
            let mayGo = Locked(true)
            let writers = (0..<8).map { writer in
                Bench.reactors[writer % 2].run {
                    var number = writer
                    while mayGo.withLock({ $0 }) {
                        let value = number
                        let failure = await failure {
                            try await database.execute(
                                "INSERT INTO t VALUES (\(value))", tenant: nil)
                        }
                        if failure == nil { acknowledged.withLock { _ = $0.insert(value) } }
                        if failure?.outcomeUnknown == true {
                            unknown.withLock { _ = $0.insert(value) }
                        }
                        if failure != nil {
                            await Bench.reactors[writer % 2].sleep(nanoseconds: 5_000_000)
                        }
                        number += 8
                    }
                }
            }
            for _ in 0..<3 {
                await Bench.reactors[0].sleep(nanoseconds: 300_000_000)
                try await blocking { server.kill() }
                try await blocking { try server.restart() }
                _ = await recovery(database)
            }
            mayGo.withLock { $0 = false }
            for writer in writers { await writer.value }
            let rows = try await database.query("SELECT array_agg(n) AS all FROM t", tenant: nil)
            let stored = Set(try rows[0].ints("all"))
            let (sure, open) = (acknowledged.withLock { $0 }, unknown.withLock { $0 })
            #expect(sure.count > 100)
            #expect(sure.isSubset(of: stored))
            #expect(stored.isSubset(of: sure.union(open)))
        }
    }

    @Test func frozenServerFailsCallersInTheirTime() async throws {
        try await withServer { server, database in
            try await blocking { server.freeze() }
            let start = ContinuousClock.now
            let late = await failure {
                try await database.execute(
                    "INSERT INTO t VALUES (1)", tenant: nil, timeoutNanoseconds: 500_000_000)
            }
            #expect(late?.code == .timeout && late?.outcomeUnknown == true)
            #expect(ContinuousClock.now - start < Self.promptly)
            await Bench.reactors[0].sleep(nanoseconds: 4_000_000_000)
            try await blocking { server.thaw() }
            #expect(await recovery(database) < .seconds(5))
        }
    }

    @Test func callersDuringAnOutageFailFast() async throws {
        try await withServer { server, database in
            try await blocking { server.kill() }
            await Bench.reactors[0].sleep(nanoseconds: 3_000_000_000)
            let start = ContinuousClock.now
            for _ in 0..<200 {
                let unit = await failure { try await database.query("SELECT 1", tenant: nil) }
                #expect(unit?.code == .unavailable && unit?.detail?.isEmpty == false)
                let lent = await failure {
                    try await database.transaction(tenant: nil) { transaction throws(Failure) in
                        _ = try await transaction.query("SELECT 1")
                    }
                }
                #expect(lent?.code == .unavailable)
            }
            #expect(ContinuousClock.now - start < Self.promptly)
            try await blocking { try server.restart() }
            #expect(await recovery(database) < .seconds(5))
            try await database.transaction(tenant: nil) { transaction throws(Failure) in
                _ = try await transaction.query("SELECT 1")
            }
        }
    }

    @Test func endedSessionIsReplaced() async throws {
        try await withServer { server, database in
            for _ in 0..<5 {
                _ = try await blocking {
                    try server.sql(
                        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                            + "WHERE application_name = 'bailiwick'", in: "postgres")
                }
                #expect(await recovery(database) < .seconds(5))
            }
        }
    }

    @Test func unreachableOrWrongAtTheStart() async throws {
        let server = try PrivatePostgres.shared()
        let urls = [
            "postgresql://x:secret@127.0.0.1:1/x",
            "postgresql://bailiwick_app:wrong-secret@127.0.0.1:\(server.port)/bailiwick",
            "postgresql:///x?host=/nonexistent",
        ]
        for url in urls {
            try await Bench.withPool(url) { options in
                options.waitNanoseconds = 300_000_000
            } _: { database in
                let failure = await failure { try await database.query("SELECT 1", tenant: nil) }
                #expect(failure?.code == .unavailable)
                #expect(failure?.detail?.contains("secret") == false)
                #expect(failure?.detail?.contains("connection to server") == true)
            }
        }
        #expect(throws: Failure.self) {
            try Database(url: "nonsense://", reactors: Bench.reactors)
        }
    }

    @Test func hostNamesAreResolvedAndTriedInTurn() async throws {
        let server = try PrivatePostgres.shared()
        let url = server.url("postgres", "postgres")
        let named = url.replacing("127.0.0.1:", with: "127.0.0.1:1,localhost:")
        try await Bench.withPool(named) { try await expectAnswer($0) }
        let nowhere = url.replacing("127.0.0.1:", with: "nowhere.invalid:")
        try await Bench.withPool(nowhere) { options in
            options.waitNanoseconds = 300_000_000
        } _: { database in
            let failure = await failure { try await database.query("SELECT 1", tenant: nil) }
            #expect(failure?.code == .unavailable)
        }
    }

    @Test func unixSocketWorksToo() async throws {
        let server = try PrivatePostgres.shared()
        try await Bench.withPool(server.socketURL("postgres", "postgres")) { database in
            let row = try await database.query(
                "SELECT inet_client_addr() IS NULL AS local", tenant: nil)[0]
            #expect(try row.bool("local"))
        }
    }

    @Test func closedPoolRefuses() async throws {
        try await Bench.withDatabase { database, _ in
            try await expectAnswer(database)
            database.close()
            let failure = await failure {
                for _ in 0..<100 { _ = try await database.query("SELECT 1", tenant: nil) }
            }
            #expect(failure?.code == .unavailable)
        }
    }
}
