internal import CSys

/// A value that only one thread at a time can see. Compute under the lock, act after it.
///
/// A pthread mutex on the heap: `Synchronization.Mutex` gives false ThreadSanitizer reports on
/// Linux, and an inline `pthread_mutex_t` may be moved. The value stands behind a pointer, too: the
/// lock is what makes its access exclusive, so nothing else need check it each time.
// SAFETY: `value` is read and written only between acquire and release of `lock`, which cannot be
// taken twice; it is initialized from `init` to `deinit`.
public final class Locked<Value>: @unchecked Sendable {
    private let lock: OpaquePointer
    private let value: UnsafeMutablePointer<Value>

    public init(_ value: Value) {
        self.lock = bw_lock_create()
        self.value = .allocate(capacity: 1)
        self.value.initialize(to: value)
    }

    deinit {
        value.deinitialize(count: 1)
        value.deallocate()
        bw_lock_destroy(lock)
    }

    @inline(__always)
    public func withLock<R, E: Error>(_ body: (inout Value) throws(E) -> R) throws(E) -> R {
        bw_lock_acquire(lock)
        defer { bw_lock_release(lock) }
        return try body(&value.pointee)
    }
}
