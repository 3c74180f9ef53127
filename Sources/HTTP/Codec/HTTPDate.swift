internal import Core

/// The `Date` field of RFC 9110 section 5.6.7, made once a second.
struct HTTPDate {
    private var second = Int64.min
    private var text: [UInt8] = []

    /// `Sun, 06 Nov 1994 08:49:37 GMT`.
    mutating func bytes(at time: Timestamp) -> [UInt8] {
        let now = time.microseconds.flooredDivision(by: 1_000_000)
        if now != second {
            second = now
            text = Self.format(now)
        }
        return text
    }

    static func format(_ secondsSince1970: Int64) -> [UInt8] {
        let days = secondsSince1970.flooredDivision(by: 86_400)
        let rest = Int(secondsSince1970 - days * 86_400)
        let (year, month, day) = civil(days)
        let weekday = Int((days + 4).flooredRemainder(by: 7))
        let name = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"][weekday]
        let months = [
            "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
        ]
        let clock = [rest / 3600, rest / 60 % 60, rest % 60].map(two).joined(separator: ":")
        return Array("\(name), \(two(day)) \(months[month - 1]) \(year) \(clock) GMT".utf8)
    }

    private static func two(_ value: Int) -> String { value < 10 ? "0\(value)" : "\(value)" }

    /// Days since 1970-01-01 as a date of the Gregorian calendar (years counted from March, so that
    /// the leap day is the last of its year).
    private static func civil(_ days: Int64) -> (year: Int64, month: Int, day: Int) {
        let shifted = days + 719_468
        let era = shifted.flooredDivision(by: 146_097)
        let dayOfEra = shifted - era * 146_097
        let yearOfEra =
            (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let marchMonth = (5 * dayOfYear + 2) / 153
        let day = Int(dayOfYear - (153 * marchMonth + 2) / 5 + 1)
        let month = Int(marchMonth < 10 ? marchMonth + 3 : marchMonth - 9)
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day)
    }
}

extension Int64 {
    fileprivate func flooredDivision(by divisor: Int64) -> Int64 {
        let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? quotient - 1 : quotient
    }

    fileprivate func flooredRemainder(by divisor: Int64) -> Int64 {
        let remainder = self % divisor
        return remainder < 0 ? remainder + divisor : remainder
    }
}
