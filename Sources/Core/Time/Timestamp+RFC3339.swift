/// RFC 3339 text, written in one way and read in all of its ways.
extension Timestamp {
    /// `2026-02-03T04:05:06.789012Z`: always UTC, always microseconds, so text order is time order.
    /// Years outside 0…9999 have no RFC 3339 text; they are written with the digits they need.
    public var rfc3339: String {
        let time = CivilTime(self)
        var out: [UInt8] = []
        out.reserveCapacity(27)
        if time.year < 0 { out.append(UInt8(ascii: "-")) }
        Self.append(abs(time.year), 4, UInt8(ascii: "-"), to: &out)
        Self.append(time.month, 2, UInt8(ascii: "-"), to: &out)
        Self.append(time.day, 2, UInt8(ascii: "T"), to: &out)
        Self.append(time.hour, 2, UInt8(ascii: ":"), to: &out)
        Self.append(time.minute, 2, UInt8(ascii: ":"), to: &out)
        Self.append(time.second, 2, UInt8(ascii: "."), to: &out)
        Self.append(time.microsecond, 6, UInt8(ascii: "Z"), to: &out)
        return String(decoding: out, as: UTF8.self)
    }

    private static func append(
        _ value: Int, _ width: Int, _ separator: UInt8, to out: inout [UInt8]
    ) {
        let digits = String(value).utf8
        out.append(
            contentsOf: repeatElement(UInt8(ascii: "0"), count: max(0, width - digits.count)))
        out.append(contentsOf: digits)
        out.append(separator)
    }

    public init?(rfc3339 text: String) {
        self.init(rfc3339: text.utf8)
    }

    /// Any offset, `T` and `Z` in either case, any fraction (cut to microseconds). A leap second
    /// `:60` is read as the second after it. `nil` for anything else, and for a date that does not
    /// exist.
    public init?(rfc3339 text: some Collection<UInt8>) {
        var reader = Reader(rest: [UInt8](text)[...])
        guard let year = reader.number(4), reader.take("-"), let month = reader.number(2),
            reader.take("-"), let day = reader.number(2), reader.take("T") || reader.take("t"),
            let hour = reader.number(2), reader.take(":"), let minute = reader.number(2),
            reader.take(":"), let second = reader.number(2), let fraction = reader.fraction(),
            let offset = reader.offsetMinutes(), reader.rest.isEmpty,
            (1...12).contains(month), day >= 1, day <= CivilTime.days(inMonth: month, of: year),
            hour < 24, minute < 60, second <= 60
        else { return nil }
        if second == 60 {
            let utc = ((hour * 60 + minute - offset) % 1_440 + 1_440) % 1_440
            guard utc == 1_439 else { return nil }
        }
        self =
            CivilTime(
                year: year, month: month, day: day, hour: hour, minute: minute - offset,
                second: second, microsecond: second == 60 ? 0 : fraction
            ).timestamp
    }

    private struct Reader {
        var rest: ArraySlice<UInt8>

        mutating func take(_ character: Unicode.Scalar) -> Bool {
            guard rest.first == UInt8(ascii: character) else { return false }
            rest.removeFirst()
            return true
        }

        mutating func number(_ width: Int) -> Int? {
            guard rest.count >= width else { return nil }
            var value = 0
            for byte in rest.prefix(width) {
                guard byte &- UInt8(ascii: "0") < 10 else { return nil }
                value = value * 10 + Int(byte & 15)
            }
            rest.removeFirst(width)
            return value
        }

        /// Microseconds; 0 if there is no point, `nil` if no digit follows it.
        mutating func fraction() -> Int? {
            guard take(".") else { return 0 }
            let digits = rest.prefix { $0 &- UInt8(ascii: "0") < 10 }
            rest.removeFirst(digits.count)
            guard !digits.isEmpty else { return nil }
            var value = 0
            for index in 0..<6 {
                let at = digits.startIndex + index
                value = value * 10 + (at < digits.endIndex ? Int(digits[at] & 15) : 0)
            }
            return value
        }

        mutating func offsetMinutes() -> Int? {
            if take("Z") || take("z") { return 0 }
            let isNegative = rest.first == UInt8(ascii: "-")
            guard take("+") || take("-"), let hours = number(2), take(":"),
                let minutes = number(2), hours < 24, minutes < 60
            else { return nil }
            return (isNegative ? -1 : 1) * (hours * 60 + minutes)
        }
    }
}
