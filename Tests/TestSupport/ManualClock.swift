// Time and randomness that a test decides.
public import Core

/// A clock that stands still until it is told to go on.
public final class ManualClock: Sendable {
    private let elapsed: Locked<UInt64>
    private let start: Timestamp

    /// Begins at 2026-01-02T03:04:05Z unless told otherwise.
    public init(start: Timestamp = Timestamp(microseconds: 1_767_323_045_000_000)) {
        self.start = start
        elapsed = Locked(0)
    }

    public func advance(nanoseconds: UInt64) {
        elapsed.withLock { $0 += nanoseconds }
    }

    public func advance(seconds: Int) {
        advance(nanoseconds: UInt64(seconds) * 1_000_000_000)
    }

    public var now: Timestamp {
        let nanoseconds = elapsed.withLock { $0 }
        return Timestamp(microseconds: start.microseconds + Int64(nanoseconds / 1_000))
    }

    public var clock: Clock {
        Clock(now: { self.now }, monotonicNanoseconds: { self.elapsed.withLock { $0 } })
    }
}

extension Entropy {
    /// The same bytes for the same seed (SplitMix64). For tests only.
    public static func seeded(_ seed: UInt64) -> Entropy {
        let state = Locked(seed)
        return Entropy { buffer in
            state.withLock { state in
                for index in buffer.indices {
                    state &+= 0x9e37_79b9_7f4a_7c15
                    var mixed = state
                    mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
                    mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
                    buffer[index] = UInt8(truncatingIfNeeded: mixed >> 32)
                }
            }
        }
    }
}
