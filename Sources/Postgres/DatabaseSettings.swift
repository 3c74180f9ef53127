// What the parts of the pool need to know.
internal import Core

/// Times in nanoseconds.
struct DatabaseSettings: Sendable {
    var target: ConnectionTarget
    var options: Database.Options
    var log: Log

    var waitNanoseconds: UInt64 { options.waitNanoseconds }
    var waitersMax: Int { options.waitersMax }

    /// Set on every connection before anything else. The server ends a statement on its own even
    /// when we are gone.
    var sessionSettings: [(StaticString, String)] {
        [
            ("statement_timeout", "\(options.statementMilliseconds)"),
            ("lock_timeout", "\(options.lockMilliseconds)"),
            ("idle_in_transaction_session_timeout", "\(options.idleInTransactionMilliseconds)"),
            ("client_connection_check_interval", "1000"),
            ("client_min_messages", "warning"),
            ("timezone", "UTC"),
        ]
    }
}
