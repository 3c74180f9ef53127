internal import Core
internal import Governance
internal import HTTP
internal import Migrations
internal import Postgres
internal import Reactor
internal import Vault

/// The domain over an open database: what every command but the policy author's needs.
struct Domain: Sendable {
    let runtime: Runtime
    let database: Database
    let governance: Governance
    let auditWriter: AuditWriter

    /// Checks schema and master key, then opens. Each refusal is one line that says what to do.
    static func open(_ config: Config, _ runtime: Runtime) async throws(CommandFailure) -> Domain {
        let url = try config.databaseURL()
        let keyFile = try config.masterKeyFile()
        do throws(Failure) {
            let rootKey = try RootKey.load(path: keyFile)
            try Migrator.check(url: url, Schema.migrations)
            var options = Database.Options()
            options.poolSize = config.poolSize
            let log = runtime.log
            let database = try Database(
                url: url, reactors: runtime.reactors, options: options, log: log)
            database.start()
            let governance = Governance(
                database: database, rootKey: rootKey, clock: runtime.clock,
                entropy: runtime.entropy, log: log, urlCheck: UpstreamRules.problem)
            try await governance.start()
            let writer = AuditWriter(
                database: database, clock: runtime.clock, entropy: runtime.entropy,
                runtime: .live(runtime.reactors), log: log)
            return Domain(
                runtime: runtime, database: database, governance: governance, auditWriter: writer)
        } catch {
            throw CommandFailure(.failed, error.message)
        }
    }

    func close() {
        governance.close()
        database.close()
    }

    /// Opens the domain, runs `body` on a reactor and closes again.
    static func use<Value: Sendable>(
        _ invocation: Invocation,
        _ body: @escaping @Sendable (Domain) async throws(CommandFailure) -> Value
    ) async throws(CommandFailure) -> Value {
        let config = try Config(invocation)
        let runtime = try Runtime(reactors: 1, logLevel: .error)
        return try await runtime.onReactor { () async throws(CommandFailure) in
            let domain = try await open(config, runtime)
            defer { domain.close() }
            return try await body(domain)
        }
    }
}

/// The schema that this program was built with.
enum Schema {
    static let migrations = Migrations.all.map { Migration(name: $0.name, sql: $0.sql) }
}

/// What is wrong with an upstream's URL; the same rules hold again whenever it is dialled.
enum UpstreamRules {
    @Sendable
    static func problem(_ url: String, allowPrivate: Bool) -> String? {
        do throws(Failure) {
            _ = try Destination(try UpstreamURL(url), allowPrivate: allowPrivate)
            return nil
        } catch {
            return error.message
        }
    }
}

extension AuditRuntime {
    /// Tasks on the current reactor, or on the first one from elsewhere.
    static func live(_ reactors: [Reactor]) -> AuditRuntime {
        AuditRuntime(
            run: { body in (Reactor.current ?? reactors[0]).run(body) },
            sleep: { nanoseconds in
                await (Reactor.current ?? reactors[0]).sleep(nanoseconds: nanoseconds)
            })
    }
}
