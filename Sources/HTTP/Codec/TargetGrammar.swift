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
