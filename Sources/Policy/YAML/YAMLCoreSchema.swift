import Core

/// YAML 1.2.2, section 10.3.2: what a plain scalar means. `yes`, `no`, `on` and `off` are text.
enum YAMLCoreSchema {
    static func meaning(ofPlain text: [UInt8]) -> YAML.Scalar.Meaning {
        if text.count <= 5 {
            switch text {
            case [], [UInt8]("~".utf8), [UInt8]("null".utf8), [UInt8]("Null".utf8),
                [UInt8]("NULL".utf8):
                return .null
            case [UInt8]("true".utf8), [UInt8]("True".utf8), [UInt8]("TRUE".utf8):
                return .bool(true)
            case [UInt8]("false".utf8), [UInt8]("False".utf8), [UInt8]("FALSE".utf8):
                return .bool(false)
            default: break
            }
        }
        if isNonFinite(text) { return .unrepresentable }
        if let radix = radix(text) {
            let digits = String(decoding: text.dropFirst(2), as: UTF8.self)
            guard let number = Int(digits, radix: radix) else { return .unrepresentable }
            return .number(ExactDecimal(number))
        }
        guard let lexeme = decimalLexeme(text) else { return .string }
        guard let number = ExactDecimal(lexeme: lexeme) else { return .unrepresentable }
        return .number(number)
    }

    /// `.inf`, `-.inf`, `+.inf`, `.nan` in their three spellings.
    private static func isNonFinite(_ text: [UInt8]) -> Bool {
        let unsigned = text.first == UInt8(ascii: "-") || text.first == UInt8(ascii: "+")
        let body = String(decoding: unsigned ? text.dropFirst() : text[...], as: UTF8.self).utf8
        let infinite = [".inf", ".Inf", ".INF"].contains { $0.utf8.elementsEqual(body) }
        let notANumber = [".nan", ".NaN", ".NAN"].contains { $0.utf8.elementsEqual(body) }
        return infinite || (notANumber && !unsigned)
    }

    /// 8 for `0o17`, 16 for `0x1F`, nil for what is neither.
    private static func radix(_ text: [UInt8]) -> Int? {
        guard text.count > 2, text[0] == UInt8(ascii: "0") else { return nil }
        switch text[1] {
        case UInt8(ascii: "o"):
            return text.dropFirst(2).allSatisfy { (0x30...0x37).contains($0) } ? 8 : nil
        case UInt8(ascii: "x"):
            return text.dropFirst(2).allSatisfy {
                (0x30...0x39).contains($0) || (0x41...0x46).contains($0)
                    || (0x61...0x66).contains($0)
            } ? 16 : nil
        default: return nil
        }
    }

    /// The same number in JSON's grammar (`+.5` becomes `0.5`), or nil when it is no number.
    private static func decimalLexeme(_ text: [UInt8]) -> [UInt8]? {
        var index = 0
        func digits() -> ArraySlice<UInt8> {
            let start = index
            while index < text.count, (0x30...0x39).contains(text[index]) { index += 1 }
            return text[start..<index]
        }
        func at(_ first: Character, or second: Character? = nil) -> Bool {
            guard index < text.count else { return false }
            return text[index] == first.asciiValue || text[index] == second?.asciiValue
        }
        var lexeme: [UInt8] = []
        if at("-") { lexeme.append(UInt8(ascii: "-")) }
        if at("-", or: "+") { index += 1 }
        let whole = digits()
        var fraction: ArraySlice<UInt8> = []
        if at(".") {
            index += 1
            fraction = digits()
        }
        guard !whole.isEmpty || !fraction.isEmpty else { return nil }
        let significant = whole.drop { $0 == UInt8(ascii: "0") }
        lexeme += significant.isEmpty ? [UInt8(ascii: "0")] : significant
        if !fraction.isEmpty { lexeme += [UInt8(ascii: ".")] + fraction }
        if at("e", or: "E") {
            index += 1
            lexeme.append(UInt8(ascii: "e"))
            if at("-") { lexeme.append(UInt8(ascii: "-")) }
            if at("-", or: "+") { index += 1 }
            let exponent = digits()
            guard !exponent.isEmpty else { return nil }
            lexeme += exponent
        }
        return index == text.count ? lexeme : nil
    }
}
