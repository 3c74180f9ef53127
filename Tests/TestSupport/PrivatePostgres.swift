// A real PostgreSQL for the tests: private, throw-away, and willing to be killed.
import Core
import Foundation
import Glibc
import Postgres

/// One server under a temporary directory, made by `scripts/postgres`. It is stopped and removed
/// within a second after the test process ended, however it ended.
public final class PrivatePostgres: Sendable {
    /// A database of its own in that server. URLs per role; all of them hold passwords.
    public struct TestDatabase: Sendable {
        public let name: String
        /// `bailiwick_app`: bound by row-level security.
        public let appURL: String
        /// `bailiwick_migrator`.
        public let migrateURL: String
        public let superuserURL: String
    }

    public let directory: String
    public let port: Int
    public let socketDirectory: String
    private let passwords: [String: String]
    private let serial = Locked(0)
    private let isMigrated = Locked(false)

    private static let one = Locked<PrivatePostgres?>(nil)

    /// The server that all suites of this process share. Do not stop or freeze it.
    public static func shared() throws -> PrivatePostgres {
        try one.withLock { (server: inout PrivatePostgres?) throws(any Error) -> PrivatePostgres in
            if let server { return server }
            let started = try PrivatePostgres()
            server = started
            return started
        }
    }

    /// A server of one's own, for faults. `fsync` on only where durability is the subject.
    public init(fsync: Bool = false) throws {
        var template = Array("/tmp/bailiwick-test-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else {
            throw Program.Failed(description: "no temporary directory")
        }
        let bytes = template.dropLast().map { UInt8(bitPattern: $0) }
        directory = String(decoding: bytes, as: UTF8.self)
        try Self.script([
            "start", directory, "--fsync", fsync ? "on" : "off", "--owner", "\(getpid())",
        ])
        port = Int(try Self.text(directory + "/port")) ?? 0
        socketDirectory = try Self.text(directory + "/sockets")
        passwords = [
            "bailiwick_app": try Self.text(directory + "/app.password"),
            "bailiwick_migrator": try Self.text(directory + "/migrator.password"),
            "postgres": try Self.text(directory + "/superuser.password"),
        ]
    }

    // MARK: Databases

    /// A new database with the roles' privileges and no tables.
    public func database() throws -> TestDatabase {
        try database(template: "bailiwick")
    }

    /// A new database with every migration of the product applied.
    public func migratedDatabase() throws -> TestDatabase {
        try isMigrated.withLock { (done: inout Bool) throws(any Error) in
            guard !done else { return }
            try create("bailiwick_migrated", template: "bailiwick")
            let files = try Migration.load(directory: Self.repository + "/migrations")
            try Migrator.migrate(url: describe("bailiwick_migrated").migrateURL, files)
            done = true
        }
        return try database(template: "bailiwick_migrated")
    }

    private func database(template: String) throws -> TestDatabase {
        let number = serial.withLock { (count: inout Int) -> Int in
            count += 1
            return count
        }
        try create("test_\(number)", template: template)
        return describe("test_\(number)")
    }

    private func create(_ name: String, template: String) throws {
        try sql("CREATE DATABASE \(name) TEMPLATE \(template)", in: "postgres")
    }

    private func describe(_ name: String) -> TestDatabase {
        TestDatabase(
            name: name, appURL: url("bailiwick_app", name),
            migrateURL: url("bailiwick_migrator", name), superuserURL: url("postgres", name))
    }

    public func url(_ role: String, _ database: String) -> String {
        "postgresql://\(role):\(passwords[role] ?? "")@127.0.0.1:\(port)/\(database)"
    }

    /// The same over the Unix socket.
    public func socketURL(_ role: String, _ database: String) -> String {
        let host = socketDirectory.replacing("/", with: "%2F")
        return "postgresql://\(role):\(passwords[role] ?? "")@\(host):\(port)/\(database)"
    }

    /// Runs SQL as the superuser and answers its unaligned output.
    @discardableResult
    public func sql(_ text: String, in database: String) throws -> String {
        try Program.run(
            "/usr/bin/env",
            ["psql", "-XqAt", "-v", "ON_ERROR_STOP=1", "-c", text, url("postgres", database)])
    }

    // MARK: Faults

    /// SIGKILL to the server and all its processes, as when the machine goes dark.
    public func kill() { signal(SIGKILL) }

    /// SIGSTOP: the server is there and does not answer.
    public func freeze() { signal(SIGSTOP) }

    public func thaw() { signal(SIGCONT) }

    public func stop() throws { try Self.script(["stop", directory]) }

    /// After `kill` or `stop`; on the same port, with the same passwords.
    public func restart() throws { try Self.script(["start", directory, "\(port)"]) }

    /// Ends the server and removes its directory; else that happens when the process ends.
    public func discard() {
        kill()
        try? FileManager.default.removeItem(atPath: directory)
    }

    private func signal(_ number: Int32) {
        guard let file = try? Self.text(directory + "/data/postmaster.pid"),
            let line = file.split(separator: "\n").first, let server = pid_t(String(line))
        else { return }
        let children = Self.children(of: server)
        Glibc.kill(server, number)
        for child in children { Glibc.kill(child, number) }
        guard number == SIGKILL else { return }
        for process in [server] + children {
            while Glibc.kill(process, 0) == 0, !Self.isZombie(process) { usleep(1_000) }
        }
        // A server does not start while the process in its lock file is only a zombie, either.
        for _ in 0..<5_000 where Glibc.kill(server, 0) == 0 { usleep(1_000) }
    }

    private static func children(of parent: pid_t) -> [pid_t] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        return names.compactMap { pid_t($0) }.filter { status($0).parent == parent }
    }

    private static func isZombie(_ process: pid_t) -> Bool { status(process).state == "Z" }

    private static func status(_ process: pid_t) -> (state: String, parent: pid_t?) {
        guard let line = try? text("/proc/\(process)/stat"), let end = line.lastIndex(of: ")")
        else { return ("Z", nil) }
        let words = line[end...].split(separator: " ")
        return words.count > 2 ? (String(words[1]), pid_t(words[2])) : ("Z", nil)
    }

    // MARK: Processes

    private static let repository: String = {
        let here = #filePath.split(separator: "/").dropLast(3)
        return "/" + here.joined(separator: "/")
    }()

    private static func script(_ arguments: [String]) throws {
        try Program.run(repository + "/scripts/postgres", arguments)
    }

    private static func text(_ path: String) throws -> String {
        let data = try Data(contentsOf: URL(fileURLWithPath: path))
        return String(decoding: data, as: UTF8.self).trimmingCharacters(in: .newlines)
    }
}
