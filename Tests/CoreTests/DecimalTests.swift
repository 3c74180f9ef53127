import Core
import Testing

struct DecimalTests {
    private func decimal(_ lexeme: String) throws -> ExactDecimal {
        try #require(ExactDecimal(lexeme: utf8(lexeme)), "\(lexeme) is within the limits")
    }

    @Test(arguments: ["", "-", "+1", "01", "1.", ".5", "1e", "0x10", "1_000", "NaN", " 1", "1 "])
    func refusesWhatIsNoNumber(_ lexeme: String) {
        #expect(ExactDecimal(lexeme: utf8(lexeme)) == nil)
    }

    @Test func refusesWhatIsOverALimit() throws {
        let digits = Limits.decimalDigitsMax
        let exponent = Limits.decimalExponentMax
        #expect(ExactDecimal(lexeme: [UInt8](repeating: 0x31, count: digits)) != nil)
        #expect(ExactDecimal(lexeme: [UInt8](repeating: 0x31, count: digits + 1)) == nil)
        #expect(ExactDecimal(lexeme: utf8("1e\(exponent)")) != nil)
        #expect(ExactDecimal(lexeme: utf8("1e\(exponent + 1)")) == nil)
        #expect(ExactDecimal(lexeme: utf8("1e-\(exponent + 1)")) == nil)
        #expect(ExactDecimal(lexeme: utf8("1e999999999")) == nil)
        #expect(ExactDecimal(lexeme: utf8("1e99999999999999999999999999")) == nil)
        #expect(try decimal("0e99999999999999999999999999").isZero)
        #expect(try decimal("1e\(exponent)") + decimal("1") == nil)
        #expect(try decimal("9e\(exponent)") + decimal("1e\(exponent)") == nil)
    }

    @Test(arguments: [
        ("0", "0", "0"), ("-0.0e5", "0", "0"), ("100", "1e2", "100"), ("100.0", "1e2", "100"),
        ("1E+2", "1e2", "100"), ("-1.50", "-15e-1", "-1.5"), ("0.001", "1e-3", "0.001"),
        (
            "123456789012345678901234567890", "12345678901234567890123456789e1",
            "123456789012345678901234567890"
        ), ("1e400", "1e400", "1e400"), ("42", "42", "42"),
        ("9007199254740993", "9007199254740993", "9007199254740993"),
    ])
    func oneValueOneForm(_ lexeme: String, _ normal: String, _ description: String) throws {
        let value = try decimal(lexeme)
        #expect(value.normalForm == normal)
        #expect(value.description == description)
        #expect(try decimal(normal) == value)
        #expect(try decimal(description) == value)
    }

    @Test func integers() throws {
        #expect(ExactDecimal(Int.min).int == Int.min)
        #expect(ExactDecimal(Int.max).int == Int.max)
        #expect(try decimal("9223372036854775808").int == nil)
        #expect(try decimal("-9223372036854775808").int == Int.min)
        #expect(try decimal("1e18").int == 1_000_000_000_000_000_000)
        #expect(try decimal("1e19").int == nil)
        #expect(try decimal("1.0e1").int == 10)
        #expect(try decimal("1.5").int == nil)
        #expect(try decimal("1e9999").int == nil)
    }

    @Test func orderIsByValue() throws {
        let ascending = [
            "-1e9999", "-1e400", "-9007199254740993", "-9007199254740992", "-10", "-9.99",
            "-1e-400",
            "0", "1e-9999", "1e-400", "0.1", "0.11", "0.2", "1", "9.99", "10", "10.000000001",
            "9007199254740992", "9007199254740993", "123456789012345678901234567890",
            "123456789012345678901234567891", "1e400", "1e9999",
        ]
        let values = try ascending.map { try decimal($0) }
        for (left, first) in values.enumerated() {
            for (right, second) in values.enumerated() {
                #expect((first < second) == (left < right))
                #expect((first == second) == (left == right))
            }
        }
    }

    @Test(arguments: [
        ("0.1", "0.2", "0.3"), ("1", "-1", "0"), ("999999999999999999", "1", "1e18"),
        ("1e30", "1", "1000000000000000000000000000001"), ("-0.5", "0.25", "-0.25"),
        ("1e30", "-1", "999999999999999999999999999999"), ("1e-30", "-1e-30", "0"),
        ("99999999999999999999999999999", "1", "1e29"), ("1e500", "-1e500", "0"),
        ("-1e30", "1", "-999999999999999999999999999999"), ("1.005", "2.995", "4"),
    ])
    func sumsAreExact(_ left: String, _ right: String, _ sum: String) throws {
        let (left, right, sum) = try (decimal(left), decimal(right), decimal(sum))
        #expect(left + right == sum)
        #expect(right + left == sum)
        #expect(sum - right == left)
        #expect(sum - left == right)
    }

    @Test func sumsAgreeWithIntegers() {
        var random = Seeded(11)
        for _ in 0..<5_000 {
            let scale = Int.random(in: 1...62, using: &random)
            let left = Int.random(in: -(1 << scale)...(1 << scale), using: &random)
            let right = Int.random(in: -(1 << 61)...(1 << 61), using: &random)
            #expect(ExactDecimal(left) + ExactDecimal(right / 4) == ExactDecimal(left + right / 4))
            #expect((ExactDecimal(left) < ExactDecimal(right)) == (left < right))
            #expect(ExactDecimal(left) - ExactDecimal(left) == .zero)
        }
    }
}
