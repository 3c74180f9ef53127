/// Numbers as ECMAScript's `Number::toString` prints them (ECMA-262 §6.1.6.1.20), which is what
/// RFC 8785 §3.2.2.3 asks for. Swift's description finds the same shortest digits; only their
/// arrangement differs.
enum ECMAScriptNumber {
    /// Appends the nearest double of a lexeme; or, if that would be infinite, or zero for a number
    /// that is not, the exact normal form.
    static func append(_ lexeme: UnsafeBufferPointer<UInt8>, to out: inout [UInt8]) {
        if lexeme.count <= 15, isPlainInteger(lexeme) { return out.append(contentsOf: lexeme) }
        let shape = NumberShape(lexeme)
        guard let double = Double(String(decoding: lexeme, as: UTF8.self)), double.isFinite,
            double != 0 || shape.isZero
        else { return shape.appendNormalForm(to: &out) }
        append(double, to: &out)
    }

    private static func isPlainInteger(_ lexeme: UnsafeBufferPointer<UInt8>) -> Bool {
        lexeme[0] != UInt8(ascii: "-") && lexeme.allSatisfy { $0 &- UInt8(ascii: "0") < 10 }
    }

    /// `double` is finite.
    static func append(_ double: Double, to out: inout [UInt8]) {
        guard double != 0 else { return out.append(UInt8(ascii: "0")) }
        if double < 0 { out.append(UInt8(ascii: "-")) }
        var digits: [UInt8] = []
        var exponent = 0
        var text = double.magnitude.description
        text.withUTF8 { text in
            let shape = NumberShape(text)
            shape.forEachDigit { digits.append($0 + UInt8(ascii: "0")) }
            exponent = shape.exponent ?? 0
        }
        let count = digits.count
        // The value is 0.digits × 10^point.
        let point = count + exponent
        let zero = UInt8(ascii: "0")
        switch point {
        case count...21:
            out.append(contentsOf: digits)
            out.append(contentsOf: repeatElement(zero, count: point - count))
        case 1...21:
            out.append(contentsOf: digits[..<point])
            out.append(UInt8(ascii: "."))
            out.append(contentsOf: digits[point...])
        case -5...0:
            out.append(contentsOf: [zero, UInt8(ascii: ".")])
            out.append(contentsOf: repeatElement(zero, count: -point))
            out.append(contentsOf: digits)
        default:
            out.append(digits[0])
            if count > 1 {
                out.append(UInt8(ascii: "."))
                out.append(contentsOf: digits[1...])
            }
            out.append(UInt8(ascii: "e"))
            out.append(UInt8(ascii: point > 0 ? "+" : "-"))
            out.append(contentsOf: String(abs(point - 1)).utf8)
        }
    }
}
