/// What the audit writer needs of the reactors, so that this target does not import them.
public struct AuditRuntime: Sendable {
    /// Starts a task on a reactor: the current one, or any when called from elsewhere.
    public var run: @Sendable (_ body: @escaping @Sendable () async -> Void) -> Void
    /// Sleeps on a reactor's timers.
    public var sleep: @Sendable (_ nanoseconds: UInt64) async -> Void

    public init(
        run: @escaping @Sendable (_ body: @escaping @Sendable () async -> Void) -> Void,
        sleep: @escaping @Sendable (_ nanoseconds: UInt64) async -> Void
    ) {
        self.run = run
        self.sleep = sleep
    }
}
