internal import CSys
public import Core

extension Clock {
    /// The clocks of the machine.
    public static let live = Clock(
        now: { Timestamp(microseconds: bw_realtime_microseconds()) },
        monotonicNanoseconds: { bw_monotonic_nanoseconds() })
}
