import HTTP

/// What a reader made of a stream: a text that says all of it.
private struct Reading {
    var pieces: ArraySlice<[UInt8]>
    var buffer: [UInt8] = []
    var verdict = ""
    let limits: CodecLimits

    init(_ pieces: [[UInt8]]) {
        self.pieces = pieces[...]
        // Small enough for the fuzzer to reach.
        var limits = CodecLimits()
        limits.startLineBytesMax = 128
        limits.fieldLineBytesMax = 128
        limits.headBytesMax = 512
        limits.fieldsMax = 8
        limits.bodyBytesMax = 256
        self.limits = limits
    }

    mutating func more() -> Bool {
        guard let piece = pieces.popFirst() else { return false }
        buffer += piece
        return true
    }

    /// The head, or nil when there is none to come; the verdict says why.
    mutating func head<Value>(
        _ parse: (Span<UInt8>) throws(CodecError) -> Value?
    ) -> Value? {
        do throws(CodecError) {
            while true {
                if let head = try parse(buffer.span) { return head }
                if more() { continue }
                verdict += buffer.isEmpty ? "." : "more"
                return nil
            }
        } catch {
            verdict += "\(error.status) \(error.reason)"
            return nil
        }
    }

    /// Takes a body; false when the stream ended or broke inside it.
    mutating func body(_ framing: Framing) -> Bool {
        var decoder = BodyDecoder(framing, bodyBytesMax: limits.bodyBytesMax)
        do throws(CodecError) {
            while !decoder.isComplete {
                let step = try decoder.step(buffer.span)
                for byte in buffer[step.data] { verdict += "\(byte) " }
                buffer.removeFirst(step.consumed)
                if step.consumed > 0 || more() { continue }
                verdict += decoder.mayEndWithConnection ? "closed" : "more"
                return false
            }
            return true
        } catch {
            verdict += "\(error.status) \(error.reason)"
            return false
        }
    }

    mutating func note(_ headers: Headers) {
        for field in headers {
            precondition(!field.name.isEmpty, "a field without a name")
            precondition(
                field.value.allSatisfy { $0 >= 0x20 && $0 != 0x7F || $0 == 0x09 },
                "a control byte in a value")
            var again = Headers()
            precondition(
                again.add(name: field.name, value: field.value), "a read field is refused")
            verdict += "\(field.name.count):\(field.value.count) "
        }
    }
}

/// Everything that a server reads.
func readRequests(_ pieces: [[UInt8]]) -> String {
    var reading = Reading(pieces)
    while true {
        var parser = RequestParser(limits: reading.limits)
        guard let head = reading.head({ (span) throws(CodecError) in try parser.parse(span) })
        else { return reading.verdict }
        reading.buffer.removeFirst(head.byteCount)
        reading.verdict += "\(head.method.name) \(head.target.path) \(head.framing) "
        reading.note(head.headers)
        guard reading.body(head.framing) else { return reading.verdict }
    }
}

/// Everything that a client reads.
func readResponses(_ pieces: [[UInt8]], toHead: Bool) -> String {
    var reading = Reading(pieces)
    while true {
        var parser = ResponseParser(limits: reading.limits, toHead: toHead)
        guard let head = reading.head({ (span) throws(CodecError) in try parser.parse(span) })
        else { return reading.verdict }
        reading.buffer.removeFirst(head.byteCount)
        reading.verdict += "\(head.status) \(head.framing) "
        reading.note(head.headers)
        guard reading.body(head.framing) else { return reading.verdict }
    }
}

/// The events of a stream; nil when one is too large.
func readEvents(_ pieces: [[UInt8]]) -> [SSEEvent]? {
    var parser = SSEParser(eventBytesMax: 200)
    var events: [SSEEvent] = []
    for piece in pieces {
        guard let read = try? parser.feed(piece) else { return nil }
        events += read
    }
    return events
}
