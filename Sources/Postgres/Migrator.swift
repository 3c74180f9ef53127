// Brings a database to the schema that this program knows, or says in one line why not.
public import Core

/// Runs migrations, each in a transaction of its own together with its record in
/// `schema_migrations` (name, SHA-256 of the file), one runner at a time.
///
/// Blocking: for the command line and for before serving begins, not for a reactor. Every refusal
/// is a `Failure` whose message is one line that says what to do.
public enum Migrator {
    public struct Status: Sendable {
        public var applied: [String]
        public var pending: [String]
    }

    private static let owner: StaticString = "SET LOCAL ROLE bailiwick_owner"
    /// Any number will do as long as every runner uses it.
    private static let lock = 4_872_093_310_027_541

    /// Runs what is pending, as `bailiwick_migrator`; answers the names. Changes nothing when the
    /// database is refused, nor for a migration that fails: those before it stay.
    @discardableResult
    public static func migrate(
        url: String, _ migrations: [Migration]
    ) throws(Failure) -> [String] {
        try Migration.check(migrations.map(\.name))
        let session = try BlockingSession(url: url)
        try requireRoles(session)
        try session.query("SELECT set_config('lock_timeout', '60s', false)")
        do {
            try session.query("SELECT pg_advisory_lock(\(lock))")
        } catch  where error.code == .timeout {
            throw Failure(.conflict, "Another `bailiwick migrate` is running: wait for its end.")
        }
        let pending = try status(session, migrations).pending
        if !pending.isEmpty { try createRecord(session) }
        for name in pending {
            guard let migration = migrations.first(where: { $0.name == name }) else { continue }
            try apply(migration, session)
        }
        return pending
    }

    /// What ran and what is to be run; refuses what `migrate` would refuse. Any role that may
    /// connect will do.
    public static func status(
        url: String, _ migrations: [Migration]
    ) throws(Failure) -> Status {
        try status(BlockingSession(url: url), migrations)
    }

    /// Passes when `serve` may begin: nothing pending, and a role that row-level security binds.
    public static func check(url: String, _ migrations: [Migration]) throws(Failure) {
        let session = try BlockingSession(url: url)
        let pending = try status(session, migrations).pending
        if let first = pending.first {
            throw Failure(
                .conflict,
                "The database lacks \(pending.count) migration(s), first `\(first)`: "
                    + "run `bailiwick migrate`.")
        }
        let role = try session.query(
            """
            SELECT rolname::text AS name, rolsuper OR rolbypassrls AS unbound
            FROM pg_roles WHERE rolname = current_user
            """)
        if let row = role.first, try row.bool("unbound") {
            throw Failure(
                .conflict,
                "`database.url` connects as `\(try row.string("name"))`, which may see "
                    + "every tenant: use the role `bailiwick_app`.")
        }
    }

    // MARK: Reading

    private static func status(
        _ session: BlockingSession, _ migrations: [Migration]
    ) throws(Failure) -> Status {
        guard try hasRecord(session) else {
            return Status(applied: [], pending: migrations.map(\.name))
        }
        let names = migrations.map(\.name)
        let rows = try session.query(
            """
            SELECT ran.name, ran.checksum = sha256(file.sql) AS same
            FROM schema_migrations AS ran
            LEFT JOIN unnest(\(names), \(migrations.map(\.sql))) AS file (name, sql) USING (name)
            ORDER BY ran.name COLLATE "C"
            """)
        var applied: [String] = []
        for row in rows {
            let name = try row.string("name")
            guard let same = try row.optionalBool("same") else {
                throw Failure(
                    .conflict,
                    "The database is newer than this program (it has `\(name)`): "
                        + "run the newer version, or restore a backup made before it.")
            }
            guard same else {
                throw Failure(
                    .conflict,
                    "Migration `\(name)` was changed after it ran: put the file back as "
                        + "it was released and make the change in a new migration.")
            }
            applied.append(name)
        }
        let pending = names.filter { name in !applied.contains { isSame($0, name) } }
        if let first = pending.first, let last = applied.last, precedes(first, last) {
            throw Failure(
                .conflict,
                "Migration `\(first)` comes before `\(last)`, which already ran: "
                    + "give it a higher number.")
        }
        return Status(applied: applied, pending: pending)
    }

    /// False for an empty database; refuses one that holds something else.
    private static func hasRecord(_ session: BlockingSession) throws(Failure) -> Bool {
        let found = try session.query(
            """
            SELECT array(
                SELECT attname::text FROM pg_attribute
                WHERE attrelid = to_regclass('schema_migrations') AND attnum > 0
            ) AS columns, (
                SELECT count(*) FROM pg_class AS class
                JOIN pg_namespace AS space ON space.oid = class.relnamespace
                WHERE class.relkind IN ('r', 'p', 'v', 'm', 'f')
                AND space.nspname !~ '^(pg_|information_schema$)'
                AND NOT EXISTS (SELECT FROM pg_depend
                    WHERE objid = class.oid AND deptype = 'e')
            ) AS tables
            """)
        guard let row = found.first else { return false }
        let columns = try row.strings("columns")
        if ["name", "checksum"].allSatisfy({ wanted in columns.contains { isSame($0, wanted) } }) {
            return true
        }
        guard try row.int("tables") == 0 else {
            throw Failure(
                .conflict,
                "The database holds tables that are not Bailiwick's: "
                    + "create an empty one and name it in `database.url`.")
        }
        return false
    }

    // MARK: Writing

    private static func requireRoles(_ session: BlockingSession) throws(Failure) {
        let missing = try session.query(
            """
            SELECT wanted FROM unnest(ARRAY['bailiwick_owner', 'bailiwick_audit_owner',
                'bailiwick_directory', 'bailiwick_app']) AS wanted
            WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = wanted)
            """)
        if let row = missing.first {
            throw Failure(
                .conflict,
                "The role `\(try row.string("wanted"))` is missing: "
                    + "run `scripts/roles.sql` as a superuser.")
        }
        let member = try session.query("SELECT pg_has_role('bailiwick_owner', 'MEMBER') AS may")
        if let row = member.first, try !row.bool("may") {
            throw Failure(
                .conflict,
                "`database.migrate_url` connects as a role that may not change tables: "
                    + "use `bailiwick_migrator`.")
        }
    }

    private static func createRecord(_ session: BlockingSession) throws(Failure) {
        try inTransaction(session) { () throws(Failure) in
            try session.query(
                """
                CREATE TABLE IF NOT EXISTS schema_migrations (
                    name       text PRIMARY KEY,
                    checksum   bytea NOT NULL,
                    applied_at timestamptz NOT NULL DEFAULT now()
                )
                """)
            try session.query("GRANT SELECT ON schema_migrations TO bailiwick_app")
        }
    }

    private static func apply(
        _ migration: Migration, _ session: BlockingSession
    ) throws(Failure) {
        do {
            try inTransaction(session) { () throws(Failure) in
                try session.run(block(executing: migration.sql))
                // The file may have changed roles and left it at that.
                try session.query(Query(unsafe: "\(owner)"))
                try session.query(
                    """
                    INSERT INTO schema_migrations (name, checksum)
                    VALUES (\(migration.name), sha256(\(migration.sql)))
                    """)
            }
        } catch {
            throw Failure(
                .conflict,
                "Migration `\(migration.name)` failed and was undone: "
                    + (error.detail ?? error.message), detail: error.detail)
        }
    }

    /// The file as the argument of EXECUTE: the server then refuses COMMIT and its kin inside, so
    /// that no file can end its own transaction half-way.
    private static func block(executing sql: [UInt8]) -> [UInt8] {
        var tag = "bailiwick"
        while contains(sql, Array("$\(tag)$".utf8)) { tag += "_" }
        return Array("DO $do_\(tag)$ BEGIN EXECUTE $\(tag)$".utf8) + sql
            + Array("$\(tag)$; END $do_\(tag)$".utf8)
    }

    private static func contains(_ text: [UInt8], _ part: [UInt8]) -> Bool {
        text.indices.contains { text[$0...].starts(with: part) }
    }

    private static func inTransaction(
        _ session: BlockingSession, _ body: () throws(Failure) -> Void
    ) throws(Failure) {
        try session.query("BEGIN")
        do {
            try session.query(Query(unsafe: "\(owner)"))
            try body()
            try session.query("COMMIT")
        } catch {
            _ = try? session.query("ROLLBACK")
            throw error
        }
    }

    // MARK: Names, byte by byte

    private static func isSame(_ left: String, _ right: String) -> Bool {
        left.utf8.elementsEqual(right.utf8)
    }

    private static func precedes(_ left: String, _ right: String) -> Bool {
        left.utf8.lexicographicallyPrecedes(right.utf8)
    }
}
