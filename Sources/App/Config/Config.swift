internal import Core
internal import Reactor

/// The configuration, checked and typed: what `serve` and its kin run with.
struct Config: Sendable {
    struct TLSFiles: Sendable {
        var certificate: String
        var key: String
    }

    var listen: Address
    var publicURL: String
    var tls: TLSFiles?
    var reactors: Int
    var drainSeconds: Int
    var opsListen: Address
    var poolSize: Int
    var logLevel: Log.Level
    private let settings: Settings

    init(_ settings: Settings) throws(CommandFailure) {
        self.settings = settings
        self.listen = try Self.address(settings, "server.listen")
        self.opsListen = try Self.address(settings, "ops.listen")
        self.reactors = try Self.number(settings, "server.reactors", 0...64)
        self.drainSeconds = try Self.number(settings, "server.drain_seconds", 0...3600)
        self.poolSize = try Self.number(settings, "database.pool_size", 2...200)
        self.tls = try Self.tls(settings)
        let scheme = tls == nil ? "http" : "https"
        self.publicURL =
            settings["server.public_url"] ?? "\(scheme)://\(listen.host):\(listen.port)"
        let word = settings["log.level"] ?? ""
        guard let level = Log.Level.allCases.first(where: { "\($0.name)" == word }) else {
            throw CommandFailure(.failed, "log.level takes debug, info, warning or error")
        }
        self.logLevel = level
    }

    /// The database URL of the runtime role.
    func databaseURL() throws(CommandFailure) -> String { try require("database.url") }

    /// The database URL of the migrating role.
    func migrateURL() throws(CommandFailure) -> String { try require("database.migrate_url") }

    func masterKeyFile() throws(CommandFailure) -> String { try require("vault.master_key_file") }

    private func require(_ name: String) throws(CommandFailure) -> String {
        if let value = settings[name], !value.isEmpty { return value }
        let variable = Setting.all.first { $0.name == name }?.variable ?? ""
        throw CommandFailure(
            .failed, "\(name) is not set: put it into the file of --config or into \(variable)")
    }

    private static func address(
        _ settings: Settings, _ name: String
    ) throws(CommandFailure) -> Address {
        try Address(settings[name] ?? "", named: name)
    }

    private static func number(
        _ settings: Settings, _ name: String, _ range: ClosedRange<Int>
    ) throws(CommandFailure) -> Int {
        guard let value = Int(settings[name] ?? ""), range.contains(value) else {
            throw CommandFailure(
                .failed,
                "\(name) is `\(settings[name] ?? "")`: a whole number from \(range.lowerBound) to "
                    + "\(range.upperBound) is expected")
        }
        return value
    }

    private static func tls(_ settings: Settings) throws(CommandFailure) -> TLSFiles? {
        switch (settings["server.tls_certificate_file"], settings["server.tls_key_file"]) {
        case (nil, nil): return nil
        case (let certificate?, let key?): return TLSFiles(certificate: certificate, key: key)
        default:
            throw CommandFailure(
                .failed, "server.tls_certificate_file and server.tls_key_file go together: set both"
            )
        }
    }
}

extension Config {
    /// Where to listen: an address literal and a port, as `127.0.0.1:8080` or `[::1]:8080`.
    struct Address: Sendable, Equatable {
        var host: String
        var port: UInt16

        /// `name` is what the error calls it.
        init(_ text: String, named name: String) throws(CommandFailure) {
            let bytes = Array(text.utf8)
            guard let colon = bytes.lastIndex(of: UInt8(ascii: ":")), colon > 0,
                let port = UInt16(String(decoding: bytes[(colon + 1)...], as: UTF8.self))
            else { throw Self.failure(text, name) }
            var host = bytes[..<colon]
            if host.first == UInt8(ascii: "["), host.last == UInt8(ascii: "]") {
                host = host.dropFirst().dropLast()
            }
            self.host = String(decoding: host, as: UTF8.self)
            self.port = port
        }

        func socketAddress(named name: String) throws(CommandFailure) -> SocketAddress {
            guard let address = SocketAddress(host: host, port: Int(port)) else {
                throw Self.failure("\(host):\(port)", name)
            }
            return address
        }

        private static func failure(_ text: String, _ name: String) -> CommandFailure {
            CommandFailure(
                .failed,
                "\(name) is `\(text)`: an address and a port are expected, as 127.0.0.1:8080")
        }
    }
}
