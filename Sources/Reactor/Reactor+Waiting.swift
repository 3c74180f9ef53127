// Time and descriptors: what a reactor waits for.
internal import CSys
internal import Core

extension Reactor {
    /// Calls back on the loop's thread once, after at least this long. Loop thread only.
    @discardableResult
    public func timer(afterNanoseconds: UInt64, _ fire: @escaping () -> Void) -> TimerToken {
        let now = bw_monotonic_nanoseconds()
        return timer(
            atNanoseconds: now.addingReportingOverflow(afterNanoseconds).overflow
                ? .max : now + afterNanoseconds, fire)
    }

    /// Calls back on the loop's thread once, when `Clock.live.monotonicNanoseconds` has reached
    /// this. Loop thread only.
    @discardableResult
    public func timer(atNanoseconds: UInt64, _ fire: @escaping () -> Void) -> TimerToken {
        preconditionOnLoop()
        return timers.set(deadline: atNanoseconds, fire)
    }

    /// Loop thread only.
    public func cancel(_ token: TimerToken) {
        preconditionOnLoop()
        timers.cancel(token)
    }

    /// Calls back on the loop's thread whenever the descriptor is ready. The watch lives until it
    /// is cancelled. Loop thread only; traps when the descriptor cannot be watched (a regular
    /// file, a closed one).
    public func watch(
        _ fd: Int32, _ interest: Interest, _ onReady: @escaping (Readiness) -> Void
    ) -> Watch {
        preconditionOnLoop()
        let watch = Watch(reactor: self, fd: fd, interest: interest, onReady: onReady)
        do {
            try watch.register()
        } catch {
            preconditionFailure("\(error.message): \(error.detail ?? "")")
        }
        return watch
    }

    /// Suspends the task for at least this long, or until it is cancelled. From any thread.
    nonisolated(nonsending)
        public func sleep(nanoseconds: UInt64) async
    {
        let nap = Nap()
        await withTaskCancellationHandler {
            await withUnsafeContinuation { continuation in
                perform { self.begin(nap, nanoseconds, continuation) }
            }
        } onCancel: {
            perform { self.end(nap) }
        }
    }

    private func begin(
        _ nap: Nap, _ nanoseconds: UInt64, _ continuation: UnsafeContinuation<Void, Never>
    ) {
        guard !nap.isOver else { return continuation.resume() }
        nap.continuation = continuation
        nap.timer = timer(afterNanoseconds: nanoseconds) { self.end(nap) }
    }

    private func end(_ nap: Nap) {
        nap.isOver = true
        if let timer = nap.timer { cancel(timer) }
        nap.timer = nil
        nap.continuation?.resume()
        nap.continuation = nil
    }
}

/// One `sleep` under way.
// SAFETY: used on the reactor's thread only.
private final class Nap: @unchecked Sendable {
    var continuation: UnsafeContinuation<Void, Never>?
    var timer: TimerToken?
    var isOver = false
}
