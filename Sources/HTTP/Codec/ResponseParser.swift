internal import Core

/// A response's head, parsed and checked.
public struct ResponseHead: Sendable {
    public var status: Int
    public var version: Request.Version
    public var headers: Headers
    public var framing: Framing
    /// Whether the server keeps the connection.
    public var keepAlive: Bool
    /// How many bytes the head took, those of skipped 1xx heads included.
    public var byteCount: Int
}

/// Reads response heads as strictly as requests are read (RFC 9112); 1xx responses are skipped
/// (101 is an error: nothing here asks for an upgrade).
public struct ResponseParser: Sendable {
    private let limits: CodecLimits
    private let toHead: Bool
    private var lines = LineScanner()
    private var skippedBytes = 0
    private var skippedCount = 0
    private var status: Int?
    private var version = Request.Version.http11
    private var framing = FramingFields()
    private var fields: [Headers.Field] = []

    /// `toHead`: the response answers a HEAD request and has no body whatever it says.
    public init(limits: CodecLimits = CodecLimits(), toHead: Bool = false) {
        self.limits = limits
        self.toHead = toHead
    }

    /// Parses a head at the start of `span`; nil until it is complete. Call it again with the same
    /// bytes and more.
    public mutating func parse(_ span: Span<UInt8>) throws(CodecError) -> ResponseHead? {
        while true {
            let rest = span.extracting(min(skippedBytes, span.count)..<span.count)
            guard let head = try parseOne(rest) else { return nil }
            if head.status >= 200 { return head }
            try skip(head)
        }
    }

    private mutating func skip(_ head: ResponseHead) throws(CodecError) {
        guard head.status != 101, framing.contentLength == nil, !framing.isChunked else {
            throw .malformed("an interim response that nothing asked for, or with a body")
        }
        skippedCount += 1
        guard skippedCount <= Limits.clientInterimResponsesMax else {
            throw .malformed("more than \(Limits.clientInterimResponsesMax) interim responses")
        }
        skippedBytes = head.byteCount
        lines = LineScanner()
        framing = FramingFields()
        status = nil
    }

    private mutating func parseOne(_ span: Span<UInt8>) throws(CodecError) -> ResponseHead? {
        if status == nil {
            guard let line = try line(span, limits.startLineBytesMax) else { return nil }
            try parseStatusLine(line, in: span)
        }
        while let line = try line(span, limits.fieldLineBytesMax) {
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

    private mutating func line(
        _ span: Span<UInt8>, _ lineMax: Int
    ) throws(CodecError) -> Range<Int>? {
        try lines.next(
            in: span, lineMax: lineMax, headMax: limits.headBytesMax,
            over: CodecError(
                431, "the head or one of its lines exceeds \(limits.headBytesMax) bytes"))
    }

    /// `version SP 3DIGIT [SP reason]`; a missing reason may take its space along.
    private mutating func parseStatusLine(
        _ line: Range<Int>, in span: Span<UInt8>
    ) throws(CodecError) {
        let text = span.extracting(line)
        guard text.count >= 12, text[8] == .space, text.count == 12 || text[12] == .space else {
            throw .malformed("the status line is not `HTTP/1.1`, a space and three digits")
        }
        version = try parseVersion(text.extracting(0..<8))
        var code = 0
        for index in 9..<12 {
            guard text[index].isDigit else { throw .malformed("the status is not a number") }
            code = code * 10 + Int(text[index] - 0x30)
        }
        guard code >= 100, code < 600 else { throw .malformed("the status is out of range") }
        for index in 12..<text.count where !text[index].isFieldValue {
            throw .malformed("the reason phrase holds a control byte")
        }
        status = code
        fields.reserveCapacity(16)
    }

    private mutating func finish(_ span: Span<UInt8>) throws(CodecError) -> ResponseHead {
        let status = status ?? 0
        let body = try bodyFraming(status)
        let count = lines.start
        let block = span.extracting(0..<count).withUnsafeBufferPointer { Array($0) }
        defer { fields = [] }
        let persistent = !framing.closes && (version == .http11 || framing.keepsAlive)
        return ResponseHead(
            status: status, version: version, headers: Headers(block: block, fields: fields),
            framing: body, keepAlive: persistent && body != .untilClose,
            byteCount: skippedBytes + count)
    }

    private func bodyFraming(_ status: Int) throws(CodecError) -> Framing {
        if framing.isChunked {
            guard framing.contentLength == nil else {
                throw .malformed("`Content-Length` and `Transfer-Encoding` stand together")
            }
            guard version == .http11 else {
                throw .malformed("`Transfer-Encoding` in an HTTP/1.0 response")
            }
        }
        if toHead || status < 200 || status == 204 || status == 304 { return .none }
        if framing.isChunked { return .chunked }
        guard let length = framing.contentLength else { return .untilClose }
        return length == 0 ? .none : .length(length)
    }
}
