/// Fixed windows in UTC: each starts where the calendar says, not where the first call fell.
public enum CalendarUnit: String, Sendable, CaseIterable {
    case minute, hour, day
    /// From Monday (ISO 8601).
    case week
    case month, year
}

extension Timestamp {
    /// When the window that this moment lies in began.
    public func start(of unit: CalendarUnit) -> Timestamp {
        var time = CivilTime(self)
        time.microsecond = 0
        time.second = 0
        if unit == .minute { return time.timestamp }
        time.minute = 0
        if unit == .hour { return time.timestamp }
        time.hour = 0
        switch unit {
        case .minute, .hour, .day: break
        case .week: time.day -= time.weekday - 1
        case .month: time.day = 1
        case .year:
            time.day = 1
            time.month = 1
        }
        return time.timestamp
    }

    /// When the window that this moment lies in ends: the next one's first moment.
    public func end(of unit: CalendarUnit) -> Timestamp {
        var time = CivilTime(start(of: unit))
        switch unit {
        case .minute: time.minute += 1
        case .hour: time.hour += 1
        case .day: time.day += 1
        case .week: time.day += 7
        case .month: time.month += 1
        case .year: time.year += 1
        }
        return time.timestamp
    }
}
