// The byte grammar of request targets (RFC 9112 section 3.2, RFC 3986): strict, no repair.

enum TargetGrammar {
    /// Checks `path [ "?" query ]` and answers where the path ends; nil when a byte is foreign.
    static func originForm(_ range: Range<Int>, in span: Span<UInt8>) -> Int? {
        guard let first = range.first, span[first] == .slash else { return nil }
        guard let end = scan(range, in: span, extra: 0) else { return nil }
        guard end < range.upperBound else { return end }
        guard span[end] == UInt8(ascii: "?") else { return nil }
        // `?`, `[` and `]` may stand in a query: clients write `page[size]=1` unencoded.
        let query = scan(end + 1..<range.upperBound, in: span, extra: 0x2800_0000, mark: true)
        return query == range.upperBound ? end : nil
    }

    /// Skips path bytes; answers the first foreign position, nil when a `%` is not an escape.
    @inline(__always)
    private static func scan(
        _ range: Range<Int>, in span: Span<UInt8>, extra: UInt64, mark: Bool = false
    ) -> Int? {
        var index = range.lowerBound
        let end = range.upperBound
        while index < end {
            let byte = span[index]
            if byte == UInt8(ascii: "%") {
                guard index + 2 < end, span[index + 1].hexValue != nil,
                    span[index + 2].hexValue != nil
                else { return nil }
                index += 3
            } else if byte.isPathByte || (mark && byte == UInt8(ascii: "?"))
                || (byte >= 64 && byte < 128 && extra >> UInt64(byte - 64) & 1 == 1)
            {
                index += 1
            } else {
                return index
            }
        }
        return end
    }
}

extension UInt8 {
    /// `pchar` and `/` of RFC 3986, without `%`.
    @inline(__always)
    fileprivate var isPathByte: Bool {
        if self < 64 { return (0x2FFF_FFD2_0000_0000 as UInt64) >> UInt64(self) & 1 == 1 }
        if self < 128 { return (0x47FF_FFFE_87FF_FFFF as UInt64) >> UInt64(self - 64) & 1 == 1 }
        return false
    }
}

extension TargetGrammar {
    /// The authority of an absolute-form target (RFC 9112 section 3.2.2), of `http` or `https`.
    /// What follows it must be an origin-form target: `http://host` without a path is refused.
    static func authority(
        _ range: Range<Int>, in span: Span<UInt8>
    ) throws(CodecError) -> Range<Int> {
        var start = range.lowerBound
        for scheme in ["http://", "https://"] as [StaticString] {
            let count = scheme.utf8CodeUnitCount
            guard range.count > count,
                equalFolded(span.extracting(range.lowerBound..<range.lowerBound + count), scheme)
            else { continue }
            start += count
            break
        }
        var end = start
        while end < range.upperBound, span[end] != .slash { end += 1 }
        guard start > range.lowerBound, isAuthority(span.extracting(start..<end)) else {
            throw .malformed("the request target is not a path with an optional query")
        }
        return start..<end
    }

    /// `host [":" port]`: letters, digits, `-._` or a bracketed IPv6 literal; no userinfo, no
    /// escapes, not empty.
    static func isAuthority(_ text: Span<UInt8>) -> Bool {
        var index = 0
        if !text.isEmpty, text[0] == UInt8(ascii: "[") {
            index = 1
            while index < text.count, text[index] != UInt8(ascii: "]") {
                let byte = text[index]
                guard byte.hexValue != nil || byte == .colon || byte == UInt8(ascii: ".") else {
                    return false
                }
                index += 1
            }
            guard index > 1, index < text.count else { return false }
            index += 1
        } else {
            while index < text.count, text[index].isHostByte { index += 1 }
            guard index > 0 else { return false }
        }
        if index == text.count { return true }
        guard text[index] == .colon, text.count - index - 1 <= 5 else { return false }
        for position in index + 1..<text.count where !text[position].isDigit { return false }
        return index + 1 < text.count
    }
}

extension UInt8 {
    @inline(__always)
    fileprivate var isHostByte: Bool {
        isAlpha || isDigit || self == 0x2D || self == 0x2E || self == 0x5F
    }
}
