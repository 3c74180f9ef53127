// Exclusive connections: commit, rollback, waiting, and nothing left behind for the next user.
import Core
import Postgres
import Reactor
import Testing

@Suite struct TransactionTests {
    private static let table = "CREATE TABLE t (n int8 PRIMARY KEY)"

    private func count(_ database: Database) async throws -> Int {
        try await database.query("SELECT count(*) AS n FROM t", tenant: nil)[0].int("n")
    }

    private func transact(_ database: Database) async throws {
        _ = try await database.transaction(tenant: nil) { transaction throws(Failure) in
            try await transaction.query("SELECT 1")
        }
    }

    @Test func commitsAndRollsBack() async throws {
        try await Bench.withDatabase(setup: Self.table) { database, _ in
            let answer = try await database.transaction(tenant: nil) {
                transaction throws(Failure) in
                try await transaction.execute("INSERT INTO t VALUES (1)")
                let queries: [Query] = ["INSERT INTO t VALUES (2)", "TABLE t"]
                return try await transaction.batch(queries)[1].count
            }
            #expect(answer == 2)
            let thrown = await failure {
                try await database.transaction(tenant: nil) { transaction throws(Failure) in
                    try await transaction.execute("INSERT INTO t VALUES (3)")
                    throw Failure(.forbidden, "no")
                }
            }
            #expect(thrown?.code == .forbidden)
            let count = try await count(database)
            #expect(count == 2)
        }
    }

    @Test func hiddenFailureIsNoCommit() async throws {
        try await Bench.withDatabase(setup: Self.table) { database, _ in
            let thrown = await failure {
                try await database.transaction(tenant: nil) { transaction throws(Failure) in
                    try await transaction.execute("INSERT INTO t VALUES (1)")
                    _ = try? await transaction.execute("INSERT INTO t VALUES (1)")
                }
            }
            #expect(thrown?.code == .conflict && thrown?.constraint == "t_pkey")
            let count = try await count(database)
            #expect(count == 0)
        }
    }

    @Test func cancellationRollsBack() async throws {
        try await Bench.withDatabase(setup: Self.table) { database, _ in
            let task = Bench.reactors[0].run {
                let thrown = await failure {
                    try await database.transaction(tenant: nil) { transaction throws(Failure) in
                        try await transaction.execute("INSERT INTO t VALUES (1)")
                        withUnsafeCurrentTask { $0?.cancel() }
                    }
                }
                #expect(thrown?.code == .cancelled)
            }
            await task.value
            let count = try await count(database)
            #expect(count == 0)
        }
    }

    @Test func transactionIsOfNoUseAfterItsEnd() async throws {
        try await Bench.withDatabase { database, _ in
            let escaped = try await database.transaction(tenant: nil) { $0 }
            let thrown = await failure { try await escaped.query("SELECT 1") }
            #expect(thrown?.code == .internal)
        }
    }

    @Test func waitingForAConnectionIsBounded() async throws {
        try await Bench.withDatabase(size: 2, reactors: 1) { options in
            options.waitNanoseconds = 200_000_000
            options.waitersMax = 3
        } _: { database, _ in
            try await Bench.holding(database) {
                let details = await withTaskGroup(of: String.self) { group in
                    for _ in 0..<5 {
                        group.addTask {
                            let thrown = await failure { try await transact(database) }
                            return "\(thrown?.code.rawValue ?? "-") \(thrown?.detail ?? "")"
                        }
                    }
                    return await group.reduce(into: []) { $0.append($1) }
                }
                #expect(details.count { $0.contains("within 200 ms (wait limit)") } == 3)
                #expect(details.count { $0.contains("waiters limit 3") } == 2, "\(details)")
                #expect(details.allSatisfy { $0.hasPrefix("unavailable") })
                // Single units have lanes of their own.
                try await expectAnswer(database)
            }
            try await transact(database)
        }
    }

    @Test func cancelledWaiterLeavesTheQueue() async throws {
        try await Bench.withDatabase(size: 2, reactors: 1) { database, _ in
            try await Bench.holding(database) {
                let waiter = Bench.reactors[1].run {
                    let thrown = await failure { try await transact(database) }
                    #expect(thrown?.code == .cancelled)
                }
                waiter.cancel()
                await waiter.value
            }
            try await transact(database)
        }
    }
}
