internal import CSys

/// A value that only one thread at a time can see. Compute under the lock, act after it.
///
/// A pthread mutex on the heap: `Synchronization.Mutex` gives false ThreadSanitizer reports on
/// Linux, and an inline `pthread_mutex_t` may be moved.
// SAFETY: `value` is read and written only between acquire and release of `lock`.
public final class Locked<Value>: @unchecked Sendable {
    private let lock: OpaquePointer
    private var value: Value

    public init(_ value: Value) {
        self.lock = bw_lock_create()
        self.value = value
    }

    deinit { bw_lock_destroy(lock) }

    @inline(__always)
    public func withLock<R, E: Error>(_ body: (inout Value) throws(E) -> R) throws(E) -> R {
        bw_lock_acquire(lock)
        defer { bw_lock_release(lock) }
        return try body(&value)
    }
}
