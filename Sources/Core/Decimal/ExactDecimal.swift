/// A decimal number exactly as its lexeme says, never through `Double`: ±digits × 10^exponent.
///
/// Bounded: a number of more than `Limits.decimalDigitsMax` significant digits, or whose exponent
/// (of its last significant digit) is beyond ±`Limits.decimalExponentMax`, cannot be represented:
/// making one is `nil`, and whoever decides on it refuses. Two decimals are equal exactly if their
/// values are.
public struct ExactDecimal: Hashable, Sendable {
    public let isNegative: Bool
    /// Of the last significant digit; 0 for zero.
    let exponent: Int32
    /// The coefficient if it has at most 18 digits, without trailing zeros; else 0.
    let small: UInt64
    /// The coefficient's digits (values 0–9) if it has more; else empty.
    let large: [UInt8]

    static let smallDigitsMax = 18

    public static let zero = ExactDecimal(0)

    private init(isNegative: Bool, small: UInt64, large: [UInt8], exponent: Int) {
        self.isNegative = isNegative
        self.small = small
        self.large = large
        self.exponent = Int32(exponent)
    }

    /// The same magnitude, which is within the same limits.
    init(negative: Bool, like value: ExactDecimal) {
        self.init(
            isNegative: negative && !value.isZero, small: value.small, large: value.large,
            exponent: Int(value.exponent))
    }

    /// A number as JSON writes it (RFC 8259 §6). `nil` if it is not one, or over a limit.
    public init?(lexeme: some Collection<UInt8>) {
        let parsed =
            lexeme.withContiguousStorageIfAvailable { Self(written: $0) }
            ?? [UInt8](lexeme).withUnsafeBufferPointer { Self(written: $0) }
        guard let parsed else { return nil }
        self = parsed
    }

    public init(_ value: Int) {
        self =
            Self(negative: value < 0, coefficient: UInt128(value.magnitude), exponent: 0)
            ?? Self(isNegative: false, small: 0, large: [], exponent: 0)
    }

    init?(written bytes: UnsafeBufferPointer<UInt8>) {
        guard JSONNumber.isValid(bytes) else { return nil }
        self.init(NumberShape(bytes))
    }

    init?(_ shape: NumberShape) {
        if shape.isZero {
            self.init(isNegative: false, small: 0, large: [], exponent: 0)
            return
        }
        let count = shape.digitCount
        guard let exponent = shape.exponent, count <= Limits.decimalDigitsMax,
            abs(exponent) <= Limits.decimalExponentMax
        else { return nil }
        var small: UInt64 = 0
        var large: [UInt8] = []
        if count <= Self.smallDigitsMax {
            shape.forEachDigit { small = small * 10 + UInt64($0) }
        } else {
            large.reserveCapacity(count)
            shape.forEachDigit { large.append($0) }
        }
        self.init(isNegative: shape.isNegative, small: small, large: large, exponent: exponent)
    }

    /// From a coefficient that may have trailing zeros.
    init?(negative: Bool, coefficient: UInt128, exponent: Int) {
        if coefficient < 1_000_000_000_000_000_000 {
            var small = UInt64(coefficient)
            var exponent = small == 0 ? 0 : exponent
            while small != 0, small.isMultiple(of: 10) {
                small /= 10
                exponent += 1
            }
            guard abs(exponent) <= Limits.decimalExponentMax else { return nil }
            self.init(
                isNegative: negative && small != 0, small: small, large: [], exponent: exponent)
            return
        }
        self.init(
            negative: negative, digits: String(coefficient).utf8.map { $0 & 15 },
            exponent: exponent)
    }

    /// From digits that may have zeros at both ends.
    init?(negative: Bool, digits: [UInt8], exponent: Int) {
        let first = digits.firstIndex { $0 != 0 } ?? digits.count
        let end = (digits.lastIndex { $0 != 0 } ?? first - 1) + 1
        let exponent = first == end ? 0 : exponent + digits.count - end
        guard end - first <= Limits.decimalDigitsMax, abs(exponent) <= Limits.decimalExponentMax
        else { return nil }
        let significant = digits[first..<end]
        let isSmall = significant.count <= Self.smallDigitsMax
        self.init(
            isNegative: negative && !significant.isEmpty,
            small: isSmall ? significant.reduce(0) { $0 * 10 + UInt64($1) } : 0,
            large: isSmall ? [] : [UInt8](significant), exponent: exponent)
    }

    // MARK: What it is

    public var isZero: Bool { small == 0 && large.isEmpty }

    public var isInteger: Bool { exponent >= 0 }

    /// The value, if it is an integer that fits.
    public var int: Int? {
        guard exponent >= 0, exponent <= 19, digitCount + Int(exponent) <= 19 else { return nil }
        var value: Int128 = 0
        for digit in digits { value = value * 10 + Int128(digit) }
        for _ in 0..<exponent { value *= 10 }
        return Int(exactly: isNegative ? -value : value)
    }

    /// Significant digits; 0 for zero.
    var digitCount: Int {
        guard large.isEmpty else { return large.count }
        var count = 0
        var rest = small
        while rest > 0 {
            rest /= 10
            count += 1
        }
        return count
    }

    /// The coefficient's digits, first to last.
    var digits: [UInt8] {
        guard large.isEmpty else { return large }
        return small == 0 ? [] : String(small).utf8.map { $0 & 15 }
    }
}

extension ExactDecimal: CustomStringConvertible {
    /// The one exact form of this value: `0`, or an optional `-`, the coefficient without trailing
    /// zeros and, unless it is zero, `e` and the exponent: `1e2`, `15e-1`, `-7`. A JSON number.
    public var normalForm: String {
        guard !isZero else { return "0" }
        let text = (isNegative ? "-" : "") + digitText
        return exponent == 0 ? text : text + "e\(exponent)"
    }

    /// As people write it (`100`, `-1.5`), where that takes at most 40 digits; else `normalForm`.
    public var description: String {
        let digits = digitText
        let whole = digits.utf8.count + Int(exponent)
        guard exponent != 0, !isZero, max(whole, digits.utf8.count, digits.utf8.count - whole) <= 40
        else { return normalForm }
        let sign = isNegative ? "-" : ""
        if exponent > 0 { return sign + digits + String(repeating: "0", count: Int(exponent)) }
        if whole <= 0 { return sign + "0." + String(repeating: "0", count: -whole) + digits }
        return sign + digits.prefix(whole) + "." + digits.dropFirst(whole)
    }

    private var digitText: String {
        large.isEmpty
            ? String(small) : String(decoding: large.map { $0 + UInt8(ascii: "0") }, as: UTF8.self)
    }
}
