// Field lines and the few fields that decide framing, for both directions and for trailers.

/// Reads one field line (RFC 9112 section 5): no folding, no blank before the colon, a name that is
/// a token, a value without control bytes.
@inline(__always)
func parseField(
    _ line: Range<Int>, in span: Span<UInt8>
) throws(CodecError) -> Headers.Field {
    var index = line.lowerBound
    while index < line.upperBound, span[index].isToken { index += 1 }
    guard index > line.lowerBound, index < line.upperBound, span[index] == .colon else {
        throw .malformed("a header line does not begin with a name and a colon")
    }
    let value = trimBlanks(index + 1..<line.upperBound, in: span)
    for position in value where !span[position].isFieldValue {
        throw .malformed("a header value holds a control byte")
    }
    return Headers.Field(name: line.lowerBound..<index, value: value)
}

/// What the fields of a head say about framing and persistence, gathered as they pass.
struct FramingFields {
    var hostCount = 0
    var host = 0..<0
    var contentLength: Int?
    var isChunked = false
    var closes = false
    var keepsAlive = false
    var expectsContinue = false
    var expectsOther = false

    /// Takes note of a field if it is one of ours.
    @inline(__always)
    mutating func note(_ field: Headers.Field, in span: Span<UInt8>) throws(CodecError) {
        let name = span.extracting(field.name)
        switch name.count {
        case 4 where equalFolded(name, "host"):
            hostCount += 1
            host = field.value
        case 6 where equalFolded(name, "expect"):
            if equalFolded(span.extracting(field.value), "100-continue") {
                expectsContinue = true
            } else {
                expectsOther = true
            }
        case 10 where equalFolded(name, "connection"):
            if listContains(span.extracting(field.value), "close") { closes = true }
            if listContains(span.extracting(field.value), "keep-alive") { keepsAlive = true }
        case 14 where equalFolded(name, "content-length"):
            guard contentLength == nil else {
                throw .malformed("`Content-Length` stands more than once")
            }
            contentLength = try parseContentLength(span.extracting(field.value))
        case 17 where equalFolded(name, "transfer-encoding"):
            guard !isChunked else {
                throw .malformed("`Transfer-Encoding` stands more than once")
            }
            guard equalFolded(span.extracting(field.value), "chunked") else {
                throw .malformed("`Transfer-Encoding` is not `chunked`")
            }
            isChunked = true
        default:
            break
        }
    }
}

/// Digits alone: no sign, list, blank or overflow.
func parseContentLength(_ value: Span<UInt8>) throws(CodecError) -> Int {
    guard !value.isEmpty, value.count <= 18 else {
        throw .malformed("`Content-Length` is not a number of at most 18 digits")
    }
    var length = 0
    for index in 0..<value.count {
        guard value[index].isDigit else {
            throw .malformed("`Content-Length` is not a plain number")
        }
        length = length * 10 + Int(value[index] - 0x30)
    }
    return length
}
