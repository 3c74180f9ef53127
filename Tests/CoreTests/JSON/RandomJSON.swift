import Core

/// Random values, each with a random spelling, from a seed.
struct RandomJSON {
    var random: Seeded

    mutating func value(depth: Int = 0) -> JSONValue {
        switch Int.random(in: 0...(depth < 5 ? 7 : 4), using: &random) {
        case 0: return .null
        case 1: return .bool(Bool.random(using: &random))
        case 2, 3: return .number(utf8(number()))
        case 4: return .string(string())
        case 5, 6:
            return .array(
                (0..<Int.random(in: 0...6, using: &random)).map { _ in value(depth: depth + 1) })
        default:
            var object: JSONValue = [:]
            for _ in 0..<Int.random(in: 0...20, using: &random) {
                object[string()] = value(depth: depth + 1)
            }
            return object
        }
    }

    /// A lexeme in any of its spellings.
    mutating func number() -> String {
        var text = Bool.random(using: &random) ? "-" : ""
        text += String(
            Int.random(in: 0...(1 << Int.random(in: 1...62, using: &random)), using: &random))
        if Bool.random(using: &random) {
            text += "." + String(Int.random(in: 0...99_999, using: &random))
            text += String(repeating: "0", count: Int.random(in: 0...3, using: &random))
        }
        if Int.random(in: 0...3, using: &random) == 0 {
            text += ["e", "E", "e+", "e-", "E-0"].randomElement(using: &random) ?? "e"
            text += String(Int.random(in: 0...330, using: &random))
        }
        return text
    }

    mutating func string() -> String {
        let alphabet: [Unicode.Scalar] = [
            "a", "b", "Z", "0", " ", "\"", "\\", "/", "\n", "\u{0}", "\u{1F}", "\u{7F}", "\u{80}",
            "é",
            "\u{301}", "€", "\u{D7FF}", "\u{E000}", "\u{FFFF}", "😀", "\u{10FFFF}",
        ]
        var text = String.UnicodeScalarView()
        for _ in 0..<Int.random(in: 0...12, using: &random) {
            text.append(alphabet.randomElement(using: &random) ?? "a")
        }
        return String(text)
    }

    /// The value as some other writer might spell it: white space, escapes, shuffled members.
    mutating func spelled(_ value: JSONValue) -> [UInt8] {
        switch value {
        case .null, .bool, .number: return space() + value.serialized() + space()
        case .string(let text): return space() + spelled(text) + space()
        case .array(let elements):
            var out = space() + utf8("[")
            for (index, element) in elements.enumerated() {
                out += (index > 0 ? utf8(",") : []) + spelled(element)
            }
            return out + space() + utf8("]")
        case .object(let members):
            var out = space() + utf8("{")
            for (index, member) in members.shuffled(using: &random).enumerated() {
                out += (index > 0 ? utf8(",") : []) + space() + spelled(member.key) + space()
                out += utf8(":") + spelled(member.value)
            }
            return out + space() + utf8("}")
        }
    }

    private mutating func space() -> [UInt8] {
        Int.random(in: 0...4, using: &random) > 0
            ? [] : utf8([" ", "\n", "\r\t"].randomElement(using: &random) ?? "")
    }

    private mutating func spelled(_ text: String) -> [UInt8] {
        var out = utf8("\"")
        for scalar in text.unicodeScalars {
            let mustEscape = scalar.value < 0x20 || scalar == "\"" || scalar == "\\"
            if mustEscape || Int.random(in: 0...3, using: &random) == 0 {
                for unit in String(scalar).utf16 {
                    out += utf8("\\u") + utf8(Hex.encode([UInt8(unit >> 8), UInt8(unit & 255)]))
                }
            } else {
                out += utf8(String(scalar))
            }
        }
        return out + utf8("\"")
    }
}
