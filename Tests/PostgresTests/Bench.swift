// What the suites share: reactors, and pools that end with their test.
import Core
import Glibc
import Postgres
import Reactor
import TestSupport
import Testing

enum Bench {
    /// Two reactors for all suites; they live as long as the process.
    static let reactors: [Reactor] = {
        guard let group = try? ReactorGroup(count: 2) else { return [] }
        return group.reactors
    }()

    /// A pool on a new database of the shared server.
    static func withDatabase<Value>(
        setup sql: String? = nil, size: Int = 4, reactors count: Int = 2,
        _ adjust: (inout Database.Options) -> Void = { _ in },
        _ body: (Database, PrivatePostgres.TestDatabase) async throws -> Value
    ) async throws -> Value {
        let place = try await blocking {
            let server = try PrivatePostgres.shared()
            let place = try server.database()
            if let sql { try server.sql(sql, in: place.name) }
            return place
        }
        return try await withPool(place.superuserURL, size: size, reactors: count, adjust) {
            try await body($0, place)
        }
    }

    static func withPool<Value>(
        _ url: String, size: Int = 4, reactors count: Int = 2,
        _ adjust: (inout Database.Options) -> Void = { _ in },
        _ body: (Database) async throws -> Value
    ) async throws -> Value {
        var options = Database.Options()
        options.poolSize = size
        // Every suite connects at once: on a busy machine that takes longer than in service.
        options.waitNanoseconds = 20_000_000_000
        adjust(&options)
        let database = try Database(
            url: url, reactors: Array(reactors.prefix(count)), options: options)
        database.start()
        defer { database.close() }
        return try await body(database)
    }

    /// Holds a lent connection while `body` runs.
    static func holding(
        _ database: Database, _ body: () async throws -> Void
    ) async throws {
        let (isHeld, mayGo) = (Locked(false), Locked(false))
        let holder = reactors[0].run {
            // Again, should opening the connection take longer than a caller may wait.
            while !isHeld.withLock({ $0 }) {
                _ = await failure {
                    try await database.transaction(tenant: nil) { transaction throws(Failure) in
                        _ = try await transaction.query("SELECT 1")
                        isHeld.withLock { $0 = true }
                        await wait(until: mayGo)
                    }
                }
            }
        }
        await wait(until: isHeld)
        defer { mayGo.withLock { $0 = true } }
        try await body()
        mayGo.withLock { $0 = true }
        await holder.value
    }

    /// Returns when somebody set it.
    static func wait(until flag: Locked<Bool>) async {
        while !flag.withLock({ $0 }) { await reactors[0].sleep(nanoseconds: 2_000_000) }
    }

    static let tenant = TenantID("0190a1b2-c3d4-7e5f-8091-a2b3c4d5e6f7")
}

/// Whether the full counts of `make soak` are asked for.
let soak = getenv("BAILIWICK_SOAK") != nil

/// The failure that the body ends with, nil when it ends well.
func failure<Value>(of body: () async throws -> Value) async -> Failure? {
    do {
        _ = try await body()
        return nil
    } catch {
        return error as? Failure
    }
}

/// The pool is well: a plain unit is answered.
func expectAnswer(_ database: Database) async throws {
    let rows = try await database.query("SELECT 1", tenant: nil)
    #expect(rows.count == 1)
}
