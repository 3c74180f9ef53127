/// How a message's body ends.
public enum Framing: Equatable, Sendable {
    case none
    case length(Int)
    case chunked
    /// Responses only: the body ends with the connection.
    case untilClose
}

/// A request's head, parsed and checked.
public struct RequestHead: Sendable {
    public var method: Method
    public var target: Target
    public var version: Request.Version
    public var headers: Headers
    public var framing: Framing
    /// Whether the client wants the connection kept.
    public var keepAlive: Bool
    public var expectsContinue: Bool
    /// How many bytes the head took.
    public var byteCount: Int
}

/// Reads request heads strictly (RFC 9112), as a state machine over a growing run of bytes.
///
/// Everything two readers could take differently is refused: see `Tests/HTTPTests/Cases`. Any split
/// of the same bytes gives the same verdict.
public struct RequestParser: Sendable {
    private let limits: CodecLimits
    private var lines = LineScanner()
    private var method: Method?
    private var pathRange = 0..<0
    private var queryRange: Range<Int>?
    private var authority: Range<Int>?
    private var version = Request.Version.http11
    private var framing = FramingFields()
    private var fields: [Headers.Field] = []
    private var sawEmptyLine = false

    public init(limits: CodecLimits = CodecLimits()) {
        self.limits = limits
    }

    /// Parses a head at the start of `span`; nil until it is complete. Call it again with the same
    /// bytes and more; after a head, `reset` before the next.
    public mutating func parse(_ span: Span<UInt8>) throws(CodecError) -> RequestHead? {
        while method == nil {
            guard let line = try startLine(span) else { return nil }
            if line.isEmpty, !sawEmptyLine {
                // RFC 9112 section 2.2: one empty line before a request is forgiven.
                sawEmptyLine = true
            } else {
                try parseStartLine(line, in: span)
            }
        }
        while let line = try fieldLine(span) {
            if line.isEmpty { return try finish(span) }
            guard fields.count < limits.fieldsMax else {
                throw CodecError(431, "the head has more than \(limits.fieldsMax) header lines")
            }
            let field = try parseField(line, in: span)
            try framing.note(field, in: span)
            fields.append(field)
        }
        return nil
    }

    /// Whether any byte of a head was taken.
    public var isStarted: Bool { method != nil || lines.start > 0 }

    /// Ready for the next head.
    public mutating func reset() {
        self = RequestParser(limits: limits)
    }

    private mutating func startLine(_ span: Span<UInt8>) throws(CodecError) -> Range<Int>? {
        try lines.next(
            in: span, lineMax: limits.startLineBytesMax, headMax: limits.headBytesMax,
            over: CodecError(
                414, "the request line exceeds \(limits.startLineBytesMax) bytes"))
    }

    private mutating func fieldLine(_ span: Span<UInt8>) throws(CodecError) -> Range<Int>? {
        try lines.next(
            in: span, lineMax: limits.fieldLineBytesMax, headMax: limits.headBytesMax,
            over: CodecError(
                431,
                "the head exceeds \(limits.headBytesMax) bytes, or one header line "
                    + "\(limits.fieldLineBytesMax)"))
    }

    /// `method SP target SP version`, single spaces (RFC 9112 section 3).
    private mutating func parseStartLine(
        _ line: Range<Int>, in span: Span<UInt8>
    ) throws(CodecError) {
        var index = line.lowerBound
        while index < line.upperBound, span[index].isToken { index += 1 }
        guard index > line.lowerBound, index < line.upperBound, span[index] == .space else {
            throw .malformed("the request line does not begin with a method and a space")
        }
        let method = Method(span.extracting(line.lowerBound..<index))
        let targetStart = index + 1
        index = targetStart
        while index < line.upperBound, span[index] != .space { index += 1 }
        guard index < line.upperBound else { throw .malformed("the request line is incomplete") }
        version = try parseVersion(span.extracting(index + 1..<line.upperBound))
        try parseTarget(targetStart..<index, method, in: span)
        self.method = method
        fields.reserveCapacity(16)
    }

    private mutating func parseTarget(
        _ range: Range<Int>, _ method: Method, in span: Span<UInt8>
    ) throws(CodecError) {
        if method == .options, range.count == 1, span[range.lowerBound] == UInt8(ascii: "*") {
            pathRange = range
            return
        }
        var origin = range
        if !range.isEmpty, span[range.lowerBound] != .slash {
            let found = try TargetGrammar.authority(range, in: span)
            authority = found
            origin = found.upperBound..<range.upperBound
        }
        guard let mark = TargetGrammar.originForm(origin, in: span) else {
            throw .malformed("the request target is not a path with an optional query")
        }
        pathRange = origin.lowerBound..<mark
        queryRange = mark < origin.upperBound ? mark + 1..<origin.upperBound : nil
    }

    /// Judges the head as a whole: host, framing, persistence.
    private mutating func finish(_ span: Span<UInt8>) throws(CodecError) -> RequestHead {
        try checkHost(span)
        if framing.expectsOther {
            throw CodecError(417, "`Expect` asks for something other than `100-continue`")
        }
        let body = try bodyFraming()
        let count = lines.start
        let block = span.extracting(0..<count).withUnsafeBufferPointer { Array($0) }
        let isHTTP11 = version == .http11
        defer { fields = [] }
        return RequestHead(
            method: method ?? .get,
            target: Target(block: block, path: pathRange, query: queryRange),
            version: version, headers: Headers(block: block, fields: fields), framing: body,
            keepAlive: !framing.closes && (isHTTP11 || framing.keepsAlive),
            expectsContinue: framing.expectsContinue && isHTTP11 && body != .none,
            byteCount: count)
    }

    private func checkHost(_ span: Span<UInt8>) throws(CodecError) {
        guard framing.hostCount == 1 || (framing.hostCount == 0 && version == .http10) else {
            throw .malformed("`Host` must stand exactly once")
        }
        if framing.hostCount == 0 { return }
        guard TargetGrammar.isAuthority(span.extracting(framing.host)) else {
            throw .malformed("`Host` is not a host with an optional port")
        }
        guard let authority else { return }
        guard equalFolded(span.extracting(authority), span.extracting(framing.host)) else {
            throw .malformed("`Host` and the request target name different hosts")
        }
    }

    private func bodyFraming() throws(CodecError) -> Framing {
        if framing.isChunked {
            guard framing.contentLength == nil else {
                throw .malformed("`Content-Length` and `Transfer-Encoding` stand together")
            }
            guard version == .http11 else {
                throw .malformed("`Transfer-Encoding` in an HTTP/1.0 request")
            }
            return .chunked
        }
        guard let length = framing.contentLength, length > 0 else { return .none }
        // A length over the limit is for the handler to refuse: it knows whom to answer how, and
        // what to put on record. Reading such a body fails at once.
        return .length(length)
    }
}

/// Exactly `HTTP/1.1` or `HTTP/1.0`.
func parseVersion(_ text: Span<UInt8>) throws(CodecError) -> Request.Version {
    if equal(text, "HTTP/1.1") { return .http11 }
    if equal(text, "HTTP/1.0") { return .http10 }
    if text.count == 8, equal(text.extracting(0..<5), "HTTP/"), text[5].isDigit,
        text[6] == UInt8(ascii: "."), text[7].isDigit
    {
        throw CodecError(505, "only HTTP/1.1 and HTTP/1.0 are spoken")
    }
    throw .malformed("the start line does not name an HTTP version")
}
