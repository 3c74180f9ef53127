/// Strings: eight bytes at a time while they are plain ASCII, and by hand where they are not.
extension JSONParser {
    /// Reads the string whose opening quote is at `at`.
    mutating func string(isKey: Bool) throws(JSONError) {
        let start = at &+ 1
        var index = start
        var escaped = false
        while true {
            index = plainEnd(from: index)
            guard index < end else { throw JSONError(.unexpectedEnd, at: end) }
            let byte = base[index]
            if byte == UInt8(ascii: "\"") { break }
            if byte == UInt8(ascii: "\\") {
                index = try escapeEnd(from: index)
                escaped = true
            } else if byte < 0x20 {
                throw JSONError(.controlCharacter, at: index)
            } else {
                index = try sequenceEnd(from: index)
            }
        }
        let size = index &- start
        let upper = isKey ? Self.fingerprint(base + start, size, escaped: escaped) : 0
        append(start, size, .string, escaped: escaped, upper: upper)
        at = index &+ 1
    }

    /// The first byte from `from` on that is a quote, a backslash, a control or not ASCII.
    @inline(__always)
    private func plainEnd(from: Int) -> Int {
        let raw = UnsafeRawPointer(base)
        let ones: UInt64 = 0x0101_0101_0101_0101
        var index = from
        while index &+ 8 <= end {
            let word = UInt64(
                littleEndian: raw.loadUnaligned(fromByteOffset: index, as: UInt64.self))
            let quote = word ^ ones &* 0x22
            let slash = word ^ ones &* 0x5C
            let found =
                ((quote &- ones) & ~quote | (slash &- ones) & ~slash
                    | (word &- ones &* 0x20) & ~word | word) & (ones << 7)
            if found != 0 { return index &+ found.trailingZeroBitCount >> 3 }
            index &+= 8
        }
        while index < end {
            let byte = base[index]
            if byte == 0x22 || byte == 0x5C || byte < 0x20 || byte >= 0x80 { break }
            index &+= 1
        }
        return index
    }

    /// The offset behind the escape that starts at `from`; a surrogate must have its other half.
    @inline(never)
    private mutating func escapeEnd(from: Int) throws(JSONError) -> Int {
        guard from + 1 < end else { throw JSONError(.unexpectedEnd, at: end) }
        switch base[from + 1] {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"),
            UInt8(ascii: "f"), UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
            return from + 2
        case UInt8(ascii: "u"):
            let unit = try unicodeEscape(from)
            if unit & 0xF800 != 0xD800 { return from + 6 }
            guard unit < 0xDC00, from + 7 < end, base[from + 6] == UInt8(ascii: "\\"),
                base[from + 7] == UInt8(ascii: "u"),
                try unicodeEscape(from + 6) & 0xFC00 == 0xDC00
            else { throw JSONError(.loneSurrogate, at: from) }
            return from + 12
        default:
            throw JSONError(.badEscape, at: from)
        }
    }

    @inline(never)
    private mutating func unicodeEscape(_ from: Int) throws(JSONError) -> UInt32 {
        var unit: UInt32 = 0
        for index in from + 2..<from + 6 {
            guard index < end else { throw JSONError(.unexpectedEnd, at: end) }
            guard let digit = hexDigitValue(base[index]) else {
                throw JSONError(.badEscape, at: from)
            }
            unit = unit << 4 | UInt32(digit)
        }
        return unit
    }

    /// The offset behind the UTF-8 sequence at `from` (Unicode table 3-7: shortest form, no
    /// surrogates, at most U+10FFFF).
    @inline(never)
    private mutating func sequenceEnd(from: Int) throws(JSONError) -> Int {
        let lead = base[from]
        let length: Int
        var second: ClosedRange<UInt8> = 0x80...0xBF
        switch lead {
        case 0xC2...0xDF: length = 2
        case 0xE0...0xEF:
            length = 3
            if lead == 0xE0 { second = 0xA0...0xBF }
            if lead == 0xED { second = 0x80...0x9F }
        case 0xF0...0xF4:
            length = 4
            if lead == 0xF0 { second = 0x90...0xBF }
            if lead == 0xF4 { second = 0x80...0x8F }
        default: throw JSONError(.invalidUTF8, at: from)
        }
        guard from + length <= end, second.contains(base[from + 1]) else {
            throw JSONError(.invalidUTF8, at: from)
        }
        for index in from + 2..<from + max(length, 2) where base[index] & 0xC0 != 0x80 {
            throw JSONError(.invalidUTF8, at: from)
        }
        return from + length
    }
}
