// What the migration runner does, and above all what it refuses.
import Core
import Postgres
import TestSupport
import Testing

@Suite struct MigratorTests {
    private static let first = migration("0001_first", "CREATE TABLE a (n int8); TABLE a;")
    private static let second = migration(
        "0002_second",
        "INSERT INTO a VALUES (1); CREATE FUNCTION f() RETURNS int8 LANGUAGE sql "
            + "AS $$ SELECT 1::int8 $$; SET LOCAL ROLE bailiwick_audit_owner; CREATE TABLE b ()")

    private static func migration(_ name: String, _ sql: String) -> Migration {
        Migration(name: name, sql: Array(sql.utf8))
    }

    private func place() throws -> (PrivatePostgres, PrivatePostgres.TestDatabase) {
        let server = try PrivatePostgres.shared()
        return (server, try server.database())
    }

    /// The message of the refusal: one line.
    private func refusal(_ body: () throws(Failure) -> Void) -> String {
        do {
            try body()
            return "(none)"
        } catch {
            #expect(!error.message.contains("\n"))
            return error.message
        }
    }

    @Test func runsWhatIsPendingOnce() throws {
        let (server, place) = try place()
        let url = place.migrateURL
        #expect(try Migrator.migrate(url: url, [Self.first]) == ["0001_first"])
        #expect(
            refusal { () throws(Failure) in
                try Migrator.check(url: place.appURL, [Self.first, Self.second])
            } == "The database lacks 1 migration(s), first `0002_second`: run `bailiwick migrate`.")
        let all = [Self.first, Self.second]
        #expect(try Migrator.migrate(url: url, all) == ["0002_second"])
        #expect(try Migrator.migrate(url: url, all).isEmpty)
        try Migrator.check(url: place.appURL, all)
        let status = try Migrator.status(url: place.appURL, all)
        #expect(status.applied == ["0001_first", "0002_second"] && status.pending.isEmpty)
        let owners = try server.sql(
            "SELECT relname, relowner::regrole FROM pg_class WHERE relname IN ('a', 'b', "
                + "'schema_migrations') ORDER BY 1", in: place.name)
        #expect(
            owners == """
                a|bailiwick_owner
                b|bailiwick_audit_owner
                schema_migrations|bailiwick_owner

                """)
    }

    @Test func nothingStaysOfAMigrationThatFails() throws {
        let (server, place) = try place()
        let broken = [
            "CREATE TABLE x ();\nINSERT INTO a VALUES ('not a number');",
            "CREATE TABLE x (); COMMIT; CREATE TABLE y ();",
            "CREATE TABLE x (); ROLLBACK; BEGIN; CREATE TABLE y ();",
            "CREATE TABLE x ();\nSELEC 1;",
            "CREATE TABLE x (); DO $$ BEGIN COMMIT; END $$",
        ]
        for sql in broken {
            let all = [Self.first, Self.migration("0002_broken", sql)]
            let message = refusal { () throws(Failure) in
                try Migrator.migrate(url: place.migrateURL, all)
            }
            #expect(message.hasPrefix("Migration `0002_broken` failed and was undone: "))
            let tables = try server.sql(
                "SELECT string_agg(relname, ' ' ORDER BY relname) FROM pg_class "
                    + "WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace",
                in: place.name)
            #expect(tables == "a schema_migrations\n")
            let ran = try server.sql("SELECT name FROM schema_migrations", in: place.name)
            #expect(ran == "0001_first\n")
        }
    }

    @Test func refusesWhatItCannotVouchFor() throws {
        let (_, place) = try place()
        try Migrator.migrate(url: place.migrateURL, [Self.first, Self.second])
        let cases: [([Migration], String)] = [
            ([Self.first], "The database is newer than this program (it has `0002_second`)"),
            (
                [Self.first, Self.migration("0002_second", "SELECT 1")],
                "Migration `0002_second` was changed after it ran"
            ),
            (
                [Self.first, Self.migration("0001_late", ""), Self.second],
                "Migrations `0001_first` and `0001_late` have one number"
            ),
            (
                [Self.migration("0000_late", ""), Self.first, Self.second],
                "Migration `0000_late` comes before `0002_second`, which already ran"
            ),
            ([Self.migration("first", "")], "Migration `first` needs a name like"),
        ]
        for (migrations, message) in cases {
            let told = refusal { () throws(Failure) in
                try Migrator.migrate(url: place.migrateURL, migrations)
            }
            #expect(told.hasPrefix(message), "\(told)")
        }
    }

    @Test func refusesADatabaseOfSomebodyElse() throws {
        let (server, place) = try place()
        try server.sql("CREATE SCHEMA shop; CREATE TABLE shop.orders ()", in: place.name)
        let message = "The database holds tables that are not Bailiwick's"
        for url in [place.migrateURL, place.appURL] {
            let told = refusal { () throws(Failure) in
                _ = try Migrator.status(url: url, [Self.first])
            }
            #expect(told.hasPrefix(message))
        }
        let (_, other) = try self.place()
        try server.sql("CREATE TABLE schema_migrations (version text)", in: other.name)
        let told = refusal { () throws(Failure) in
            try Migrator.migrate(url: other.migrateURL, [Self.first])
        }
        #expect(told.hasPrefix(message))
    }

    @Test func refusesTheWrongRoleOrPlace() throws {
        let (_, place) = try place()
        #expect(
            refusal { () throws(Failure) in
                try Migrator.migrate(url: place.appURL, [Self.first])
            }.contains("use `bailiwick_migrator`"))
        try Migrator.migrate(url: place.migrateURL, [Self.first])
        for url in [place.migrateURL, place.superuserURL] {
            #expect(
                refusal { () throws(Failure) in
                    try Migrator.check(url: url, [Self.first])
                }.contains("use the role `bailiwick_app`"))
        }
        #expect(
            refusal { () throws(Failure) in
                try Migrator.check(url: "postgresql://x:secret@127.0.0.1:1/x", [])
            }.hasPrefix("Cannot connect to the database: connection to server"))
        #expect(
            refusal { () throws(Failure) in
                try Migrator.check(url: "postgresql://x:secret@[::1/x", [])
            }.hasPrefix("The database URL cannot be read"))
        #expect(
            refusal { () throws(Failure) in
                _ = try Migration.load(directory: "/nonexistent")
            } == "There is no directory `/nonexistent` with migrations to run.")
    }

    @Test func runnersTakeTurns() async throws {
        let (_, place) = try place()
        let all = [Self.first, Self.second]
        let ran = try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<4 {
                group.addTask { try Migrator.migrate(url: place.migrateURL, all).count }
            }
            return try await group.reduce(0, +)
        }
        #expect(ran == 2)
    }

    @Test func productMigrationsApply() throws {
        let place = try PrivatePostgres.shared().migratedDatabase()
        #expect(place.name.hasPrefix("test_"))
    }
}
