/// How long to wait before connecting again: doubles up to a limit, and never the same for two
/// processes that lost the same server.
struct Backoff {
    private var failures: UInt64 = 0
    let firstNanoseconds: UInt64 = 50_000_000
    let maxNanoseconds: UInt64

    init(maxNanoseconds: UInt64) {
        self.maxNanoseconds = maxNanoseconds
    }

    mutating func succeeded() { failures = 0 }

    /// `random` is uniform over all of UInt64; half of the delay depends on it.
    mutating func delay(random: UInt64) -> UInt64 {
        let delay = min(maxNanoseconds, firstNanoseconds << min(failures, 10))
        failures += 1
        return delay / 2 + random % (delay / 2 + 1)
    }
}
