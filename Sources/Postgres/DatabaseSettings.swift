// What the parts of the pool need to know.
internal import Core

/// Times in nanoseconds.
struct DatabaseSettings: Sendable {
    var target: ConnectionTarget
    var options: Database.Options
    var observe: @Sendable (Database.Event) -> Void

    var waitNanoseconds: UInt64 { options.waitNanoseconds }
    var waitersMax: Int { options.waitersMax }

    func log(_ name: StaticString, _ failure: Failure?) {
        observe(Database.Event(name: name, failure: failure))
    }

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
