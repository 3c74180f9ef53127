internal import Core
internal import Postgres

/// `migrate`: brings the database to the schema that this program needs.
enum MigrateCommand {
    static let migrate = Command(
        ["migrate"], "brings the database to this version's schema; safe to repeat"
    ) { (invocation) async throws(CommandFailure) in
        let url = try Config(invocation).migrateURL()
        do throws(Failure) {
            let applied = try Migrator.migrate(url: url, Schema.migrations)
            for name in applied { Terminal.note("applied \(name)") }
            if applied.isEmpty { Terminal.note("the database is up to date") }
            if invocation.json {
                Terminal.out(["applied": .array(applied.map { .string("\($0)") })])
            }
        } catch {
            throw CommandFailure(.failed, error.message)
        }
    }
}
