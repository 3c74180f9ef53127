extension TidyChecks {
    /// Functions, initialisers, subscripts and computed properties, from their first line to their
    /// closing brace. Nested ones count by themselves and in the one around them.
    static func functions(_ source: SourceText) -> [Finding] {
        var found: [Finding] = []
        /// The line of a declaration whose brace is still to come; then the open braces, with that
        /// line if they are a function's, and with the parentheses they stand in.
        var declared: Int?
        var braces: [(function: Int?, parentheses: Int)] = []
        var parentheses = 0
        for (index, line) in source.code.enumerated() {
            let bytes = [UInt8](line.utf8)
            var at = 0
            while at < bytes.count {
                switch bytes[at] {
                case UInt8(ascii: "("), UInt8(ascii: "["): parentheses += 1
                case UInt8(ascii: ")"), UInt8(ascii: "]"): parentheses -= 1
                case UInt8(ascii: "{"):
                    // A closure among a declaration's default arguments opens inside parentheses.
                    braces.append((parentheses == 0 ? declared : nil, parentheses))
                    if parentheses == 0 { declared = nil }
                    parentheses = 0
                case UInt8(ascii: "}"):
                    let brace = braces.popLast()
                    parentheses = brace?.parentheses ?? 0
                    if let start = brace?.function,
                        index - start + 1 > HouseRules.functionLinesMax
                    {
                        let count = index - start + 1
                        found.append(
                            Finding(
                                path: source.path, line: start + 1, rule: "function",
                                advice: "\(count) lines; at most \(HouseRules.functionLinesMax)"))
                    }
                default:
                    let end = wordEnd(bytes, at)
                    if end > at {
                        if declares(bytes, at, end) { declared = index }
                        at = end - 1
                    }
                }
                at += 1
            }
        }
        return found
    }

    private static func wordEnd(_ bytes: [UInt8], _ start: Int) -> Int {
        var end = start
        while end < bytes.count, isWordByte(bytes[end]) { end += 1 }
        return end
    }

    /// `func`, `subscript`, `deinit`, `init` that is no call, and `var` whose line opens a brace.
    private static func declares(_ bytes: [UInt8], _ start: Int, _ end: Int) -> Bool {
        let isCall = start > 0 && bytes[start - 1] == UInt8(ascii: ".")
        switch String(decoding: bytes[start..<end], as: UTF8.self) {
        case "func", "deinit", "subscript": return !isCall
        case "init": return !isCall && end < bytes.count
        case "var": return bytes.last == UInt8(ascii: "{")
        default: return false
        }
    }
}
