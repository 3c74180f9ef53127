/// Takes the framing off a body, as a state machine over any pieces (RFC 9112 sections 6 and 7).
///
/// Trailers are read within limits, checked like headers, and discarded. Chunk extensions are
/// checked, bounded and ignored.
public struct BodyDecoder: Sendable {
    /// What one step did with the bytes it was given.
    public struct Step: Equatable, Sendable {
        /// How many bytes are done with.
        public var consumed: Int
        /// Which of them are body.
        public var data: Range<Int>
    }

    private enum State: Equatable {
        case length(Int)
        case untilClose
        case chunkSize
        case chunkData(Int)
        case chunkEnd
        case trailers
        case end
    }

    private var state: State
    private var room: Int
    private var overheadBytes = 0
    private var trailerCount = 0
    private let bodyBytesMax: Int

    /// `bodyBytesMax` bounds the body without its framing.
    public init(_ framing: Framing, bodyBytesMax: Int) {
        self.room = bodyBytesMax
        self.bodyBytesMax = bodyBytesMax
        self.state =
            switch framing {
            case .none, .length(0): .end
            case .length(let count): .length(count)
            case .chunked: .chunkSize
            case .untilClose: .untilClose
            }
    }

    /// Whether the body is complete. One that ends with its connection never says so.
    public var isComplete: Bool { state == .end }

    /// Whether the length that was announced is over the limit: the next step throws, whatever
    /// bytes it sees.
    public var announcesTooMuch: Bool {
        if case .length(let left) = state { return left > room }
        return false
    }

    /// Whether the end of the connection is a proper end of this body.
    public var mayEndWithConnection: Bool { state == .end || state == .untilClose }

    /// Whether the body is delimited by the connection.
    public var endsWithConnection: Bool { state == .untilClose }

    /// Takes as much as makes one run of body or one line of framing. A step that consumed nothing
    /// needs more bytes behind those it saw.
    public mutating func step(_ span: Span<UInt8>) throws(CodecError) -> Step {
        switch state {
        case .end:
            return Step(consumed: 0, data: 0..<0)
        case .untilClose:
            return try take(span.count)
        case .length(let left):
            guard left <= room else {
                throw CodecError(413, "the body exceeds \(bodyBytesMax) bytes")
            }
            let step = try take(min(left, span.count))
            state = step.consumed == left ? .end : .length(left - step.consumed)
            return step
        case .chunkData(let left):
            let step = try take(min(left, span.count))
            state = step.consumed == left ? .chunkEnd : .chunkData(left - step.consumed)
            return step
        case .chunkSize:
            return try chunkSize(span)
        case .chunkEnd:
            return try chunkEnd(span)
        case .trailers:
            return try trailer(span)
        }
    }

    private mutating func take(_ wanted: Int) throws(CodecError) -> Step {
        let count = min(wanted, room)
        guard count > 0 || wanted == 0 else {
            throw CodecError(413, "the body exceeds \(bodyBytesMax) bytes")
        }
        room -= count
        return Step(consumed: count, data: 0..<count)
    }

    /// `1*8HEXDIG [";" extension] CRLF`.
    private mutating func chunkSize(_ span: Span<UInt8>) throws(CodecError) -> Step {
        var index = 0
        var size = 0
        while index < span.count, let digit = span[index].hexValue {
            guard index < ChunkLimits.sizeDigitsMax else {
                throw .malformed("a chunk size has too many digits")
            }
            size = size << 4 | Int(digit)
            index += 1
        }
        if index == span.count { return Step(consumed: 0, data: 0..<0) }
        guard index > 0 else { throw .malformed("a chunk does not begin with its size") }
        if span[index] == .semicolon {
            while index < span.count, span[index].isFieldValue, index < ChunkLimits.lineBytesMax {
                index += 1
            }
        }
        guard index < ChunkLimits.lineBytesMax else {
            throw .malformed("a chunk size line is too long")
        }
        guard try endsLine(span, at: index) else { return Step(consumed: 0, data: 0..<0) }
        try spendOverhead(extensionBytes: index)
        guard size <= room else {
            throw CodecError(413, "the body exceeds \(bodyBytesMax) bytes")
        }
        state = size == 0 ? .trailers : .chunkData(size)
        return Step(consumed: index + 2, data: 0..<0)
    }

    private mutating func chunkEnd(_ span: Span<UInt8>) throws(CodecError) -> Step {
        guard try endsLine(span, at: 0) else { return Step(consumed: 0, data: 0..<0) }
        state = .chunkSize
        return Step(consumed: 2, data: 0..<0)
    }

    /// Whether CRLF stands at `index`; false when that cannot be told yet.
    private func endsLine(_ span: Span<UInt8>, at index: Int) throws(CodecError) -> Bool {
        if index < span.count, span[index] != .cr {
            throw .malformed("a chunk or its size does not end in CRLF")
        }
        if index + 1 < span.count, span[index + 1] != .lf {
            throw .malformed("a chunk or its size does not end in CRLF")
        }
        return index + 1 < span.count
    }

    private mutating func spendOverhead(extensionBytes: Int) throws(CodecError) {
        if extensionBytes <= ChunkLimits.sizeDigitsMax { return }
        overheadBytes += extensionBytes
        guard overheadBytes <= ChunkLimits.extensionBytesMax else {
            throw .malformed("the chunk extensions are too long")
        }
    }

    private mutating func trailer(_ span: Span<UInt8>) throws(CodecError) -> Step {
        var lines = LineScanner()
        let line = try lines.next(
            in: span, lineMax: ChunkLimits.trailerLineBytesMax, headMax: Int.max,
            over: CodecError(431, "a trailer line is too long"))
        guard let line else { return Step(consumed: 0, data: 0..<0) }
        if line.isEmpty {
            state = .end
        } else {
            trailerCount += 1
            guard trailerCount <= ChunkLimits.trailersMax else {
                throw CodecError(431, "the body has more than \(ChunkLimits.trailersMax) trailers")
            }
            _ = try parseField(line, in: span)
        }
        return Step(consumed: lines.start, data: 0..<0)
    }
}

/// Bounds on what a chunked body may hold besides data; all lines but trailers fit a small buffer.
enum ChunkLimits {
    static let sizeDigitsMax = 8
    static let lineBytesMax = 256
    static let extensionBytesMax = 4096
    static let trailersMax = 32
    static let trailerLineBytesMax = 1024
}
