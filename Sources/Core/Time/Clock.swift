/// Time as a dependency: the live clock is made at the edge, tests use a manual one.
public struct Clock: Sendable {
    /// Wall-clock time.
    public var now: @Sendable () -> Timestamp
    /// Nanoseconds since an arbitrary start; never goes back. For deadlines and durations.
    public var monotonicNanoseconds: @Sendable () -> UInt64

    public init(
        now: @escaping @Sendable () -> Timestamp,
        monotonicNanoseconds: @escaping @Sendable () -> UInt64
    ) {
        self.now = now
        self.monotonicNanoseconds = monotonicNanoseconds
    }
}

/// Randomness as a dependency: live from libsodium, seeded in tests.
public struct Entropy: Sendable {
    /// Fills the buffer with unpredictable bytes.
    public var fill: @Sendable (UnsafeMutableRawBufferPointer) -> Void

    public init(fill: @escaping @Sendable (UnsafeMutableRawBufferPointer) -> Void) {
        self.fill = fill
    }

    /// `count` unpredictable bytes.
    public func bytes(_ count: Int) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
            fill(UnsafeMutableRawBufferPointer(buffer))
            initialized = count
        }
    }
}
