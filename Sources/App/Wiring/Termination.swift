internal import Core
internal import Glibc
internal import Reactor

/// Waiting for the end of a process.
enum Termination {
    /// Returns at the first SIGTERM or SIGINT. `onHangUp` is called for each SIGHUP.
    static func signal(_ runtime: Runtime, onHangUp: @escaping @Sendable () -> Void = {}) async {
        await withCheckedContinuation { (ended: CheckedContinuation<Void, Never>) in
            let waiting = Locked<CheckedContinuation<Void, Never>?>(ended)
            let reactor = runtime.reactors[0]
            let received: @Sendable (Int32) -> Void = { number in
                if number == SIGHUP { return onHangUp() }
                let first = waiting.withLock { state in
                    defer { state = nil }
                    return state
                }
                first?.resume()
            }
            do throws(Failure) {
                _ = try Signals.on(
                    [SIGTERM, SIGINT, SIGHUP], reactor: reactor, handler: received)
            } catch {
                runtime.log.error("signals.unavailable", error)
            }
        }
    }
}
