// Drives the codec over bytes in given pieces and says what came out, in the words of the cases.
import HTTP

enum CodecRun {
    /// Small limits, so that cases can reach them.
    static var limits: CodecLimits {
        var limits = CodecLimits()
        limits.startLineBytesMax = 256
        limits.fieldLineBytesMax = 512
        limits.headBytesMax = 2048
        limits.fieldsMax = 20
        limits.bodyBytesMax = 1000
        return limits
    }

    /// What a server makes of the bytes when they arrive in these pieces.
    static func requests(_ pieces: [[UInt8]]) -> String {
        var run = Run(pieces)
        while true {
            var parser = RequestParser(limits: limits)
            switch run.head({ (span) throws(CodecError) in try parser.parse(span) }) {
            case .nothing: return run.verdict
            case .stop: return run.verdict
            case .head(let head):
                run.drop(head.byteCount)
                var words = [head.method.name, head.target.path]
                if let query = head.target.query { words[1] += "?" + query }
                guard let body = run.body(head.framing) else { return run.verdict }
                if head.framing != .none { words.append("\"\(Case.escape(body))\"") }
                if head.version == .http10 { words.append("1.0") }
                if head.expectsContinue { words.append("expect") }
                if !head.keepAlive { words.append("close") }
                run.words.append(words.joined(separator: " "))
            }
        }
    }

    /// What a client makes of the bytes, after which the server closes.
    static func responses(_ pieces: [[UInt8]], toHead: Bool) -> String {
        var run = Run(pieces)
        while true {
            var parser = ResponseParser(limits: limits, toHead: toHead)
            switch run.head({ (span) throws(CodecError) in try parser.parse(span) }) {
            case .nothing: return run.verdict
            case .stop: return run.verdict
            case .head(let head):
                run.drop(head.byteCount)
                var words = ["\(head.status)"]
                guard let body = run.body(head.framing) else { return run.verdict }
                if head.framing != .none { words.append("\"\(Case.escape(body))\"") }
                if head.framing == .untilClose { words.append("until-close") }
                if !head.keepAlive { words.append("close") }
                run.words.append(words.joined(separator: " "))
                if head.framing == .untilClose { return run.verdict }
            }
        }
    }
}

/// Bytes that arrive piece by piece, and the verdict so far.
private struct Run {
    enum Head<Value> {
        case head(Value)
        case nothing
        case stop
    }

    var pieces: ArraySlice<[UInt8]>
    var buffer: [UInt8] = []
    var words: [String] = []

    init(_ pieces: [[UInt8]]) {
        self.pieces = pieces[...]
    }

    var verdict: String { words.joined(separator: " | ") }

    mutating func drop(_ count: Int) { buffer.removeFirst(count) }

    private mutating func more() -> Bool {
        guard let piece = pieces.popFirst() else { return false }
        buffer += piece
        return true
    }

    mutating func head<Value>(
        _ parse: (Span<UInt8>) throws(CodecError) -> Value?
    ) -> Head<Value> {
        do throws(CodecError) {
            while true {
                if let head = try parse(buffer.span) { return .head(head) }
                if more() { continue }
                if buffer.isEmpty { return .nothing }
                words.append("more")
                return .stop
            }
        } catch {
            words.append("\(error.status)")
            return .stop
        }
    }

    mutating func body(_ framing: Framing) -> [UInt8]? {
        var decoder = BodyDecoder(framing, bodyBytesMax: CodecRun.limits.bodyBytesMax)
        var body: [UInt8] = []
        do throws(CodecError) {
            while !decoder.isComplete {
                let step = try decoder.step(buffer.span)
                body += buffer[step.data]
                buffer.removeFirst(step.consumed)
                if step.consumed > 0 || more() { continue }
                if decoder.mayEndWithConnection { return body }
                words.append("more")
                return nil
            }
            return body
        } catch {
            words.append("\(error.status)")
            return nil
        }
    }
}
