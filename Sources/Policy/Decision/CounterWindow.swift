import Core

/// How long a counter counts before it begins again: calendar-aligned in UTC.
public enum CounterWindow: String, Sendable, Hashable, CaseIterable {
    case minute
    case hour
    case day

    var microseconds: Int64 {
        switch self {
        case .minute: 60_000_000
        case .hour: 3_600_000_000
        case .day: 86_400_000_000
        }
    }

    /// The first moment of the window that a moment falls in.
    func start(at time: Timestamp) -> Timestamp {
        let remainder = time.microseconds % microseconds
        let past = remainder < 0 ? remainder + microseconds : remainder
        return Timestamp(microseconds: time.microseconds - past)
    }
}
