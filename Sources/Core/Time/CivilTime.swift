/// A date and time of day in UTC, in the proleptic Gregorian calendar. Pure arithmetic on day
/// numbers, for every `Timestamp`; leap seconds do not exist here.
public struct CivilTime: Equatable, Sendable {
    public var year: Int
    /// 1…12
    public var month: Int
    /// 1…31
    public var day: Int
    public var hour: Int
    public var minute: Int
    public var second: Int
    public var microsecond: Int

    public init(
        year: Int, month: Int, day: Int, hour: Int = 0, minute: Int = 0, second: Int = 0,
        microsecond: Int = 0
    ) {
        self.year = year
        self.month = month
        self.day = day
        self.hour = hour
        self.minute = minute
        self.second = second
        self.microsecond = microsecond
    }

    public init(_ timestamp: Timestamp) {
        let (days, rest) = floorDivide(Int(timestamp.microseconds), 86_400_000_000)
        let date = Self.date(ofDay: days)
        self.init(
            year: date.year, month: date.month, day: date.day, hour: rest / 3_600_000_000,
            minute: rest / 60_000_000 % 60, second: rest / 1_000_000 % 60,
            microsecond: rest % 1_000_000)
    }

    /// The moment, fields beyond their range carrying over as far as `Int` goes (month 13 is next
    /// January).
    public var timestamp: Timestamp {
        let days = Self.day(year: year, month: month, day: day)
        let seconds = ((days * 24 + hour) * 60 + minute) * 60 + second
        return Timestamp(microseconds: Int64(seconds * 1_000_000 + microsecond))
    }

    /// 1 Monday … 7 Sunday.
    public var weekday: Int {
        floorDivide(Self.day(year: year, month: month, day: day) + 3, 7).remainder + 1
    }

    public static func days(inMonth month: Int, of year: Int) -> Int {
        switch month {
        case 2:
            year.isMultiple(of: 4) && (!year.isMultiple(of: 100) || year.isMultiple(of: 400))
                ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    /// Days since 1970-01-01. Years are counted from March, so that the leap day comes last.
    private static func day(year: Int, month: Int, day: Int) -> Int {
        let (years, march) = floorDivide(month - 3, 12)
        let (era, yearOfEra) = floorDivide(year + years, 400)
        let dayOfYear = (153 * march + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
            - 719_468
    }

    private static func date(ofDay day: Int) -> (year: Int, month: Int, day: Int) {
        let (era, dayOfEra) = floorDivide(day + 719_468, 146_097)
        let yearOfEra =
            (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let march = (5 * dayOfYear + 2) / 153
        let month = march < 10 ? march + 3 : march - 9
        return (
            era * 400 + yearOfEra + (month <= 2 ? 1 : 0), month,
            dayOfYear - (153 * march + 2) / 5 + 1
        )
    }
}

/// Division that rounds down, with a remainder that is never negative.
func floorDivide(_ value: Int, _ divisor: Int) -> (quotient: Int, remainder: Int) {
    let remainder = value % divisor
    return remainder < 0
        ? (value / divisor - 1, remainder + divisor) : (value / divisor, remainder)
}
