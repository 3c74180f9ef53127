/// One setting: where it stands in the file and in the environment, and what it is for.
struct Setting: Sendable {
    let section: String
    let key: String
    /// Nil where there is no sensible default.
    let standard: String?
    /// A secret may also stand in a file of its own: `key_file`, `BAILIWICK_SECTION__KEY_FILE`.
    let secret: Bool
    let help: String

    init(
        _ section: String, _ key: String, standard: String? = nil, secret: Bool = false,
        _ help: String
    ) {
        self.section = section
        self.key = key
        self.standard = standard
        self.secret = secret
        self.help = help
    }

    var name: String { "\(section).\(key)" }
    var variable: String { "BAILIWICK_\(section.uppercased())__\(key.uppercased())" }

    /// Every setting, in the order in which an operator meets them.
    static let all: [Setting] = [
        Setting("server", "listen", standard: "127.0.0.1:8080", "address and port of the gateway"),
        Setting("server", "public_url", "URL under which clients reach the gateway"),
        Setting("server", "tls_certificate_file", "PEM certificate chain; with it, TLS"),
        Setting("server", "tls_key_file", "PEM private key of the certificate"),
        Setting("server", "reactors", standard: "0", "event loops; 0 is one per core"),
        Setting(
            "server", "drain_seconds", standard: "30", "how long a stop waits for calls under way"),
        Setting("ops", "listen", standard: "127.0.0.1:8081", "address and port of /livez, /readyz"),
        Setting("database", "url", secret: true, "PostgreSQL as bailiwick_app"),
        Setting(
            "database", "migrate_url", secret: true,
            "PostgreSQL as bailiwick_migrator; for `migrate` alone"),
        Setting("database", "pool_size", standard: "12", "connections to PostgreSQL"),
        Setting("vault", "master_key_file", "file (0600) with the 32-byte root key in base64"),
        Setting("log", "level", standard: "info", "debug, info, warning or error"),
    ]
}
