import Core
import Testing

struct TimestampTests {
    @Test(arguments: [
        "", "2026-02-03", "2026-02-03T04:05:06", "2026-02-03 04:05:06Z", "2026-02-03T04:05:06.Z",
        "2026-13-01T00:00:00Z", "2026-00-01T00:00:00Z", "2026-02-29T00:00:00Z",
        "2026-02-00T00:00:00Z", "2026-02-03T24:00:00Z", "2026-02-03T04:60:00Z",
        "2026-02-03T04:05:61Z", "2026-02-03T04:05:60Z", "2026-02-03T04:05:06+24:00",
        "2026-02-03T04:05:06+0100", "2026-02-03T04:05:06Z ", "26-02-03T04:05:06Z",
        "2026-02-03T04:05:06-", "٢٠٢٦-02-03T04:05:06Z", "2026-02-03T04:05:06,5Z",
    ])
    func refuses(_ written: String) {
        #expect(Timestamp(rfc3339: written) == nil)
    }

    @Test(
        arguments: [
            ("1970-01-01T00:00:00Z", 0, "1970-01-01T00:00:00.000000Z"),
            ("1969-12-31T23:59:59.999999Z", -1, "1969-12-31T23:59:59.999999Z"),
            ("2000-02-29T12:00:00+00:00", 951_825_600_000_000, "2000-02-29T12:00:00.000000Z"),
            ("2026-02-03t04:05:06.7890129z", 1_770_091_506_789_012, "2026-02-03T04:05:06.789012Z"),
            ("2026-02-03T04:05:06+05:30", 1_770_071_706_000_000, "2026-02-02T22:35:06.000000Z"),
            ("2025-12-31T23:30:00-01:00", 1_767_227_400_000_000, "2026-01-01T00:30:00.000000Z"),
            ("2016-12-31T23:59:60Z", 1_483_228_800_000_000, "2017-01-01T00:00:00.000000Z"),
            ("2017-01-01T00:59:60.5+01:00", 1_483_228_800_000_000, "2017-01-01T00:00:00.000000Z"),
            ("0000-01-01T00:00:00Z", -62_167_219_200_000_000, "0000-01-01T00:00:00.000000Z"),
            ("9999-12-31T23:59:59Z", 253_402_300_799_000_000, "9999-12-31T23:59:59.000000Z"),
        ] as [(String, Int64, String)])
    func readsAndWrites(_ written: String, _ microseconds: Int64, _ normal: String) throws {
        let time = try #require(Timestamp(rfc3339: written))
        #expect(time.microseconds == microseconds)
        #expect(time.rfc3339 == normal)
    }

    @Test func everyDayOfFourCenturies() {
        var expected = CivilTime(year: 1900, month: 1, day: 1)
        var weekday = 1
        for day in 0..<146_097 {
            let moment = Timestamp(microseconds: Int64(day - 25_567) * 86_400_000_000 + 1)
            expected.microsecond = 1
            #expect(CivilTime(moment) == expected && expected.timestamp == moment)
            #expect(expected.weekday == weekday)
            weekday = weekday % 7 + 1
            expected.day += 1
            if expected.day > CivilTime.days(inMonth: expected.month, of: expected.year) {
                expected.day = 1
                expected.month += 1
            }
            if expected.month > 12 {
                expected.month = 1
                expected.year += 1
            }
        }
    }

    @Test func extremesHaveText() {
        #expect(Timestamp(microseconds: .min).rfc3339 == "-290308-12-21T19:59:05.224192Z")
        #expect(Timestamp(microseconds: .max).rfc3339 == "294247-01-10T04:00:54.775807Z")
    }

    @Test(arguments: [
        (CalendarUnit.minute, "2026-12-31T23:59:00Z", "2027-01-01T00:00:00Z"),
        (.hour, "2026-12-31T23:00:00Z", "2027-01-01T00:00:00Z"),
        (.day, "2026-12-31T00:00:00Z", "2027-01-01T00:00:00Z"),
        (.week, "2026-12-28T00:00:00Z", "2027-01-04T00:00:00Z"),
        (.month, "2026-12-01T00:00:00Z", "2027-01-01T00:00:00Z"),
        (.year, "2026-01-01T00:00:00Z", "2027-01-01T00:00:00Z"),
    ])
    func windows(_ unit: CalendarUnit, _ start: String, _ end: String) throws {
        let moment = try #require(Timestamp(rfc3339: "2026-12-31T23:59:59.999999Z"))
        #expect(moment.start(of: unit) == Timestamp(rfc3339: start))
        #expect(moment.end(of: unit) == Timestamp(rfc3339: end))
        #expect(moment.start(of: unit).start(of: unit) == moment.start(of: unit))
        #expect(moment.end(of: unit).start(of: unit) == moment.end(of: unit))
    }

    @Test func windowsOfLeapFebruary() throws {
        let moment = try #require(Timestamp(rfc3339: "2028-02-29T12:00:00Z"))
        #expect(moment.start(of: .month).rfc3339 == "2028-02-01T00:00:00.000000Z")
        #expect(moment.end(of: .month).rfc3339 == "2028-03-01T00:00:00.000000Z")
        let before1970 = Timestamp(microseconds: -1)
        #expect(before1970.start(of: .minute).rfc3339 == "1969-12-31T23:59:00.000000Z")
    }
}
