// A few threads for calls that block and cannot be avoided. Started when first needed; they stay.
internal import CSys
internal import Core

// SAFETY: what is not `let` is in `state`; the semaphore is thread-safe by its nature.
final class HelperThreads: @unchecked Sendable {
    private struct State {
        var waiting: [@Sendable () -> Void] = []
        var idle = 0
        var threads = 0
    }

    static let shared = HelperThreads(max: 4, waitingMax: 1024)

    private let max: Int
    private let waitingMax: Int
    private let ready = bw_semaphore_create()
    private let state = Locked(State())

    init(max: Int, waitingMax: Int) {
        self.max = max
        self.waitingMax = waitingMax
    }

    /// False when too much waits already, or when no thread can be had.
    func submit(_ body: @escaping @Sendable () -> Void) -> Bool {
        let (accepted, needsThread) = state.withLock { state in
            guard state.waiting.count < waitingMax else { return (false, false) }
            state.waiting.append(body)
            guard state.waiting.count > state.idle, state.threads < max else {
                return (true, false)
            }
            state.threads += 1
            return (true, true)
        }
        guard accepted else { return false }
        if needsThread { startThread() }
        bw_semaphore_post(ready)
        return true
    }

    private func startThread() {
        let context = Unmanaged.passRetained(self)
        var thread: UInt64 = 0
        let code = bw_thread_start(
            { pointer in
                guard let pointer else { return }
                Unmanaged<HelperThreads>.fromOpaque(pointer).takeRetainedValue().serve()
            }, context.toOpaque(), "helper", &thread)
        if code == 0 {
            bw_thread_detach(thread)
        } else {
            context.release()
            state.withLock { $0.threads -= 1 }
        }
    }

    private func serve() {
        while true {
            state.withLock { $0.idle += 1 }
            bw_semaphore_wait(ready)
            let body = state.withLock { state in
                state.idle -= 1
                return state.waiting.isEmpty ? nil : state.waiting.removeFirst()
            }
            body?()
        }
    }
}
