internal import Core

/// Payloads are kept by month of their call's id, a UUIDv7.
enum AuditMonths {
    /// The milliseconds in the first 48 bits.
    static func moment(ofID id: String) -> Timestamp {
        var milliseconds: Int64 = 0
        for byte in id.utf8.prefix(13) where byte != UInt8(ascii: "-") {
            milliseconds = milliseconds << 4 | Int64(hexDigitValue(byte) ?? 0)
        }
        return Timestamp(microseconds: milliseconds * 1_000)
    }

    /// Months since year 0.
    static func month(of moment: Timestamp) -> Int {
        let time = CivilTime(moment)
        return time.year * 12 + time.month
    }
}
