// Finds the lines of a head in bytes that arrive in any pieces.

internal import Glibc

/// Finds CRLF-ended lines one after the other. Fed the same growing bytes again and again, it looks
/// at each byte once; a line feed without its carriage return is an error, not a line end.
struct LineScanner {
    /// Where the first line not yet handed out begins.
    private(set) var start = 0
    private var searched = 0

    /// The next line without its CRLF; nil when it is not complete yet.
    ///
    /// `lineMax` bounds the line, `headMax` everything up to its end, both with the CRLF; `over`
    /// is the error. The verdict depends on the bytes alone, never on how they were split.
    @inline(__always)
    mutating func next(
        in span: Span<UInt8>, lineMax: Int, headMax: Int, over: @autoclosure () -> CodecError
    ) throws(CodecError) -> Range<Int>? {
        let bound = min(start + lineMax, headMax)
        let end = min(span.count, bound)
        guard let feed = findLineFeed(in: span, from: max(searched, start), to: end) else {
            if span.count >= bound { throw over() }
            searched = end
            return nil
        }
        guard feed > start, span[feed - 1] == .cr else {
            throw .malformed("a line ends in LF without CR")
        }
        let line = start..<feed - 1
        start = feed + 1
        searched = start
        return line
    }
}

/// The first line feed in `from..<to`.
@inline(__always)
func findLineFeed(in span: Span<UInt8>, from: Int, to: Int) -> Int? {
    guard from < to else { return nil }
    return span.extracting(from..<to).withUnsafeBufferPointer { bytes -> Int? in
        guard let base = bytes.baseAddress, let hit = memchr(base, 0x0A, bytes.count) else {
            return nil
        }
        return from + base.distance(to: hit.assumingMemoryBound(to: UInt8.self))
    }
}
