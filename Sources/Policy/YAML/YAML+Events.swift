import CYAML
import Core

/// libyaml's events as values; the one file that holds its pointers.
extension YAML {
    /// The tree as far as it could be read, and everything found wrong.
    static func read(_ bytes: [UInt8], bounds: Bounds) -> (root: Node?, problems: [Problem]) {
        if let problem = refusal(bytes, bounds) { return (nil, [problem]) }
        var builder = YAMLTreeBuilder(bounds: bounds)
        let parser = UnsafeMutablePointer<yaml_parser_t>.allocate(capacity: 1)
        defer { parser.deallocate() }
        guard yaml_parser_initialize(parser) == 1 else {
            builder.report("not enough memory to read the document", line: 1, column: 1)
            return (nil, builder.problems)
        }
        defer { yaml_parser_delete(parser) }
        bytes.withUnsafeBufferPointer { input in
            yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
            yaml_parser_set_input_string(parser, input.baseAddress, input.count)
            drive(parser, bytes, &builder)
        }
        if builder.root == nil, builder.problems.isEmpty {
            builder.report("the document is empty", line: 1, column: 1)
        }
        return (builder.root, builder.problems)
    }

    /// What is refused unread. libyaml compares each directive with all before it, so their number
    /// is bounded first.
    private static func refusal(_ bytes: [UInt8], _ bounds: Bounds) -> Problem? {
        var message: String?
        if bytes.count > bounds.bytesMax {
            message = "the document is longer than \(bounds.bytesMax) bytes; split it"
        }
        var directives = 0
        var isLineStart = true
        for byte in bytes {
            if isLineStart, byte == UInt8(ascii: "%") { directives += 1 }
            isLineStart = byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r")
        }
        if directives > Limits.yamlDirectivesMax {
            message = "more than \(Limits.yamlDirectivesMax) lines begin with `%`; remove them"
        }
        return message.map { Problem(pointer: "", line: 1, column: 1, message: $0) }
    }

    private static func drive(
        _ parser: UnsafeMutablePointer<yaml_parser_t>, _ bytes: [UInt8],
        _ builder: inout YAMLTreeBuilder
    ) {
        var documents = 0
        while true {
            var event = yaml_event_t()
            guard yaml_parser_parse(parser, &event) == 1 else {
                let (message, line, column) = syntaxProblem(parser.pointee, bytes)
                builder.report(message, line: line, column: column)
                return
            }
            defer { yaml_event_delete(&event) }
            let line = Int(event.start_mark.line) + 1
            let column = Int(event.start_mark.column) + 1
            switch event.type {
            case YAML_STREAM_END_EVENT: return
            case YAML_DOCUMENT_START_EVENT:
                documents += 1
                guard documents == 1 else {
                    builder.report(
                        "a second document begins here; keep one document in a file",
                        line: line, column: column)
                    return
                }
            default:
                guard let value = value(of: event) else { continue }
                guard builder.take(value, line: line, column: column) else { return }
            }
        }
    }

    private static func value(of event: yaml_event_t) -> YAMLTreeBuilder.Event? {
        switch event.type {
        case YAML_SCALAR_EVENT:
            let scalar = event.data.scalar
            let text = UnsafeBufferPointer(start: scalar.value, count: scalar.length)
            return .scalar(
                text: [UInt8](text), style: style(scalar.style), tag: tag(scalar.tag))
        case YAML_SEQUENCE_START_EVENT:
            return .sequenceStart(tag: tag(event.data.sequence_start.tag))
        case YAML_MAPPING_START_EVENT:
            return .mappingStart(tag: tag(event.data.mapping_start.tag))
        case YAML_SEQUENCE_END_EVENT, YAML_MAPPING_END_EVENT: return .end
        case YAML_ALIAS_EVENT: return .alias
        default: return nil
        }
    }

    private static func style(_ style: yaml_scalar_style_t) -> Scalar.Style {
        switch style {
        case YAML_SINGLE_QUOTED_SCALAR_STYLE: return .singleQuoted
        case YAML_DOUBLE_QUOTED_SCALAR_STYLE: return .doubleQuoted
        case YAML_LITERAL_SCALAR_STYLE: return .literal
        case YAML_FOLDED_SCALAR_STYLE: return .folded
        default: return .plain
        }
    }

    private static func tag(_ tag: UnsafeMutablePointer<UInt8>?) -> String? {
        tag.map { String(cString: $0) }
    }

    private static func syntaxProblem(
        _ parser: yaml_parser_t, _ bytes: [UInt8]
    ) -> (String, line: Int, column: Int) {
        let reason = parser.problem.map { String(cString: $0) } ?? "not enough memory"
        if parser.error == YAML_READER_ERROR {
            let (line, column) = position(Int(parser.problem_offset), in: bytes)
            return ("not readable text: \(reason)", line, column)
        }
        let line = Int(parser.problem_mark.line) + 1
        let column = Int(parser.problem_mark.column) + 1
        if isIndentedByTab(line, of: bytes) {
            return ("a tab cannot indent; use spaces", line, column)
        }
        let context = parser.context.map { " \(String(cString: $0))" } ?? ""
        return ("not valid YAML:\(context), \(reason)", line, column)
    }

    private static func isIndentedByTab(_ line: Int, of bytes: [UInt8]) -> Bool {
        let lines = bytes.split(
            separator: UInt8(ascii: "\n"), maxSplits: line, omittingEmptySubsequences: false)
        guard line <= lines.count else { return false }
        let indentation = lines[line - 1].prefix { $0 == 0x20 || $0 == 0x09 }
        return indentation.contains(0x09)
    }

    /// Line and column (from 1, in bytes) of an offset.
    static func position(_ offset: Int, in bytes: [UInt8]) -> (line: Int, column: Int) {
        let before = bytes.prefix(offset)
        let line = before.reduce(1) { $1 == UInt8(ascii: "\n") ? $0 + 1 : $0 }
        let lineStart = before.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
        return (line, before.count - lineStart + 1)
    }
}
