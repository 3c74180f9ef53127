/// Where the digits of a number's lexeme are: the one place that reads sign, point and exponent.
/// Its value is `digits × 10^exponent`, the digits having no zero at either end.
struct NumberShape {
    private let bytes: UnsafeBufferPointer<UInt8>
    let isNegative: Bool
    /// From the first to the last non-zero digit, the point between them included; empty for zero.
    private var significant = 0..<0
    private var point: Int
    private var exponentDigits = 0..<0
    private var exponentIsNegative = false

    /// `bytes` is a lexeme of RFC 8259 §6 and outlives the shape.
    init(_ bytes: UnsafeBufferPointer<UInt8>) {
        self.bytes = bytes
        isNegative = bytes.first == UInt8(ascii: "-")
        var mantissaEnd = bytes.count
        point = -1
        for index in 0..<bytes.count {
            let byte = bytes[index]
            if byte | 0x20 == UInt8(ascii: "e") {
                mantissaEnd = index
                break
            }
            if byte == UInt8(ascii: ".") {
                point = index
            } else if byte &- UInt8(ascii: "1") < 9 {
                let first = significant.isEmpty ? index : significant.lowerBound
                significant = first..<index + 1
            }
        }
        if point < 0 { point = mantissaEnd }
        guard mantissaEnd < bytes.count else { return }
        var from = mantissaEnd + 1
        if bytes[from] == UInt8(ascii: "-") || bytes[from] == UInt8(ascii: "+") {
            exponentIsNegative = bytes[from] == UInt8(ascii: "-")
            from += 1
        }
        while from < bytes.count, bytes[from] == UInt8(ascii: "0") { from += 1 }
        exponentDigits = from..<bytes.count
    }

    var isZero: Bool { significant.isEmpty }

    /// Significant digits.
    var digitCount: Int { significant.count - (significant.contains(point) ? 1 : 0) }

    /// Calls with each significant digit's value, first to last.
    @inline(__always)
    func forEachDigit(_ body: (UInt8) -> Void) {
        for index in significant where index != point { body(bytes[index] - UInt8(ascii: "0")) }
    }

    /// Of the last significant digit; `nil` when the written exponent has more than 17 digits.
    var exponent: Int? {
        guard exponentDigits.count <= 17 else { return nil }
        var written = 0
        for index in exponentDigits { written = written * 10 + Int(bytes[index] & 15) }
        return (exponentIsNegative ? -written : written) + shift
    }

    /// What the point's place adds to the written exponent.
    private var shift: Int {
        let last = significant.upperBound - 1
        return last < point ? point - 1 - last : point - last
    }

    /// Appends the exact normal form: `0`, or an optional `-`, the significant digits, and unless
    /// it is zero `e` and the exponent. One value has one form, however long: `100`, `100.0` and
    /// `1e2` are `1e2`; `-0` is `0`.
    func appendNormalForm(to out: inout [UInt8]) {
        guard !isZero else { return out.append(UInt8(ascii: "0")) }
        if isNegative { out.append(UInt8(ascii: "-")) }
        for index in significant where index != point { out.append(bytes[index]) }
        guard let exponent else { return appendLongExponent(to: &out) }
        guard exponent != 0 else { return }
        out.append(UInt8(ascii: "e"))
        out.append(contentsOf: String(exponent).utf8)
    }

    /// An exponent beyond `Int`, plus `shift`, digit by digit. The sign cannot change: a shift is
    /// far smaller than any number of 18 digits.
    private func appendLongExponent(to out: inout [UInt8]) {
        out.append(UInt8(ascii: "e"))
        if exponentIsNegative { out.append(UInt8(ascii: "-")) }
        var carry = exponentIsNegative ? -shift : shift
        var digits: [UInt8] = []
        for index in exponentDigits.reversed() {
            let sum = Int(bytes[index] & 15) + carry
            let digit = (sum % 10 + 10) % 10
            digits.append(UInt8(ascii: "0") + UInt8(digit))
            carry = (sum - digit) / 10
        }
        while carry > 0 {
            digits.append(UInt8(ascii: "0") + UInt8(carry % 10))
            carry /= 10
        }
        while digits.last == UInt8(ascii: "0") { digits.removeLast() }
        out.append(contentsOf: digits.reversed())
    }
}
