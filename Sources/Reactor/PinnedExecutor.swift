// The serial half of a reactor. It is an object of its own because a job says nothing about which
// of the two it was enqueued through, and the two must run differently: an actor's job holds the
// actor's isolation, a task's job must not, or each call of a nonisolated function would hop.

/// Runs actors that are pinned to a reactor.
// SAFETY: `reactor` is never written, and a reactor lives longer than its pinned executor.
final class PinnedExecutor: SerialExecutor, @unchecked Sendable {
    private unowned let reactor: Reactor

    init(reactor: Reactor) {
        self.reactor = reactor
    }

    func enqueue(_ job: consuming ExecutorJob) {
        reactor.submit(.pinned(UnownedJob(job)))
    }

    func asUnownedSerialExecutor() -> UnownedSerialExecutor {
        UnownedSerialExecutor(ordinary: self)
    }

    func checkIsolated() {
        reactor.checkIsolated()
    }

    func isIsolatingCurrentContext() -> Bool? { reactor.isCurrent }
}
