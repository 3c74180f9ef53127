// Blanks and comma-separated lists in field values (RFC 9110 sections 5.6.1 and 5.6.3).

/// The range without blanks at its ends.
@inline(__always)
func trimBlanks(_ range: Range<Int>, in span: Span<UInt8>) -> Range<Int> {
    var (start, end) = (range.lowerBound, range.upperBound)
    while start < end, span[start].isBlank { start += 1 }
    while end > start, span[end - 1].isBlank { end -= 1 }
    return start..<end
}

/// Whether a comma-separated list holds the token, ASCII-case-insensitively.
func listContains(_ list: Span<UInt8>, _ token: StaticString) -> Bool {
    var start = 0
    while start <= list.count {
        var end = start
        while end < list.count, list[end] != .comma { end += 1 }
        let item = trimBlanks(start..<end, in: list)
        if equalFolded(list.extracting(item), token) { return true }
        start = end + 1
    }
    return false
}
