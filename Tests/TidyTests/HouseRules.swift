/// The rules as data. A rule that cannot hold somewhere has an exception here, with its reason.
enum HouseRules {
    static let columnsMax = 100
    static let functionLinesMax = 70
    static let fileLinesMax = 400

    /// What a target may import; what is missing here may import nothing. Glibc only where the
    /// system is met.
    static let imports: [String: Set<String>] = [
        "Core": ["CSys"],
        "Policy": ["Core", "CRE2", "CYAML"],
        "MCP": ["Core"],
        "Ledger": ["Core", "Vault"],
        "Vault": ["Core", "CSodium", "COpenSSL", "Glibc"],
        "Reactor": ["Core", "CSys", "COpenSSL", "Glibc"],
        "HTTP": ["Core", "Reactor", "CCurl", "Glibc"],
        "Postgres": ["Core", "Reactor", "CPQ", "Glibc"],
        "Governance": ["Core", "Policy", "Vault", "Ledger", "Postgres"],
        "Proxy": ["Core", "Reactor", "HTTP", "MCP", "Policy", "Vault", "Governance"],
        "Admin": [
            "Core", "HTTP", "Policy", "Ledger", "Vault", "Governance", "CQREncode", "Foundation",
        ],
        "App": [
            "Core", "Policy", "MCP", "Vault", "Ledger", "Reactor", "HTTP", "Postgres",
            "Migrations", "Governance", "Proxy", "Admin", "Glibc", "Foundation",
        ],
        "bailiwick": ["App"],
    ]

    struct Ban {
        let spelling: String
        let instead: String
        /// Targets under `Sources` it holds in; nil: everywhere.
        var targets: Set<String>? = nil
        /// A comment with this word on the line or directly above makes it right.
        var unless: String? = nil
        /// Only as a whole word, so that `sprint(` is not `print(`.
        var isWord = true
    }

    private static let pure: Set<String> = ["Core", "Policy"]
    private static let deciding: Set<String> = ["Core", "Policy", "MCP", "HTTP", "Proxy"]

    static let bans: [Ban] = [
        Ban(spelling: "try!", instead: "`try`, or a `do` that traps naming the invariant"),
        Ban(spelling: "as!", instead: "`as?` and what to do when it is not"),
        Ban(
            spelling: "fatalError(", instead: "`preconditionFailure(\"INVARIANT: …\")`",
            unless: "INVARIANT"),
        Ban(spelling: "print(", instead: "the injected `Log`, or a write to standard output"),
        Ban(spelling: "Date()", instead: "the injected `Clock`"),
        Ban(spelling: "Task.detached", instead: "`Reactor.run`"),
        Ban(spelling: "Task {", instead: "`Reactor.run`"),
        Ban(spelling: "Task(", instead: "`Reactor.run`", targets: Set(imports.keys)),
        Ban(spelling: "unsafeBitCast", instead: "`bitPattern`, `load(as:)` or a typed shim"),
        Ban(spelling: "Regex", instead: "RE2 through Policy; a byte scanner elsewhere"),
        Ban(
            spelling: "@unchecked Sendable", instead: "a `// SAFETY:` comment above that says why",
            unless: "SAFETY:", isWord: false),
        Ban(
            spelling: "nonisolated(unsafe)", instead: "a `// SAFETY:` comment above that says why",
            unless: "SAFETY:"),
        Ban(spelling: "async", instead: "a pure function; the shell awaits", targets: pure),
        Ban(spelling: "await", instead: "a pure function; the shell awaits", targets: pure),
        Ban(spelling: "== \"", instead: byBytes, targets: deciding, isWord: false),
        Ban(spelling: "!= \"", instead: byBytes, targets: deciding, isWord: false),
        Ban(spelling: "\" ==", instead: byBytes, targets: deciding, isWord: false),
        Ban(spelling: ".hasPrefix(", instead: byBytes, targets: deciding, isWord: false),
        Ban(spelling: ".hasSuffix(", instead: byBytes, targets: deciding, isWord: false),
        Ban(spelling: ".lowercased()", instead: byBytes, targets: deciding, isWord: false),
        Ban(spelling: ".uppercased()", instead: byBytes, targets: deciding, isWord: false),
    ]

    private static let byBytes = "a comparison of UTF-8 bytes: `String` compares canonically"

    /// Words of unfinished work, looked for in comments too.
    static let unfinished = ["TO" + "DO", "FIX" + "ME", "XX" + "X", "for n" + "ow"]

    /// SQL belongs to Postgres and Governance.
    static let sqlFree: Set<String> = [
        "Core", "Policy", "MCP", "Ledger", "Vault", "Reactor", "HTTP", "Proxy", "Admin", "App",
    ]
    static let sql = ["SELECT ", "INSERT INTO ", "DELETE FROM ", "UPDATE "]

    struct Exception {
        let path: String
        let rule: String
        let reason: String
    }

    static let exceptions: [Exception] = [
        Exception(
            path: "Sources/Reactor/Reactor.swift", rule: "Task(",
            reason: "the one place that starts tasks: `run`"),
        Exception(
            path: "Tests/TidyTests/TidyCheckTests.swift", rule: "unfinished",
            reason: "samples of what is looked for"),
    ]
}
