import Core

/// A JSON text as the same tree, so that one reader serves both forms. JSON goes through Core's
/// strict parser: what that refuses, this refuses.
extension YAML {
    /// The tree of a JSON text.
    public static func parseJSON(
        _ bytes: [UInt8], bounds: Bounds = .standard
    ) -> Result<Node, Problems> {
        let (root, problems) = readJSON(bytes, bounds: bounds)
        guard let root, problems.isEmpty else { return .failure(Problems(problems: problems)) }
        return .success(root)
    }

    static func readJSON(_ bytes: [UInt8], bounds: Bounds) -> (root: Node?, problems: [Problem]) {
        do throws(JSONError) {
            let limits = JSONLimits(depthMax: bounds.depthMax, bytesMax: bounds.bytesMax)
            let json = try JSON.parse(bytes, limits: limits)
            return (JSONTree(bytes).node(json), [])
        } catch {
            let (line, column) = position(error.offset, in: bytes)
            let message =
                "\(error.message) (a document that begins with `{` or `[` is read as JSON)"
            return (nil, [Problem(pointer: "", line: line, column: column, message: message)])
        }
    }

    /// True when the first character that is not white space opens a JSON object or array.
    static func looksLikeJSON(_ bytes: [UInt8]) -> Bool {
        let first = bytes.first { $0 != 0x20 && $0 != 0x09 && $0 != 0x0A && $0 != 0x0D }
        return first == UInt8(ascii: "{") || first == UInt8(ascii: "[")
    }
}

private struct JSONTree {
    private let lineStarts: [Int]

    init(_ bytes: [UInt8]) {
        var starts = [0]
        for (offset, byte) in bytes.enumerated() where byte == UInt8(ascii: "\n") {
            starts.append(offset + 1)
        }
        self.lineStarts = starts
    }

    func node(_ json: JSON) -> YAML.Node {
        let (line, column) = position(json.offset)
        return YAML.Node(value(json), line: line, column: column)
    }

    private func value(_ json: JSON) -> YAML.Node.Value {
        switch json.kind {
        case .array: return .sequence(json.elements.map(node))
        case .object:
            return .mapping(
                json.members.map { member in
                    let value = node(member.value)
                    return YAML.Entry(key: member.key.utf8, keyLine: value.line, value: value)
                })
        case .string: return scalar(json.utf8 ?? [], .doubleQuoted, .string)
        case .null: return scalar([UInt8]("null".utf8), .plain, .null)
        case .bool:
            let bool = json.bool ?? false
            return scalar([UInt8]((bool ? "true" : "false").utf8), .plain, .bool(bool))
        case .number:
            let meaning = json.decimal.map { YAML.Scalar.Meaning.number($0) }
            return scalar(json.lexeme ?? [], .plain, meaning ?? .unrepresentable)
        }
    }

    private func scalar(
        _ text: [UInt8], _ style: YAML.Scalar.Style, _ meaning: YAML.Scalar.Meaning
    ) -> YAML.Node.Value {
        .scalar(YAML.Scalar(text: text, style: style, tag: nil, meaning: meaning))
    }

    private func position(_ offset: Int) -> (line: Int, column: Int) {
        var low = 0
        var high = lineStarts.count
        while high - low > 1 {
            let middle = (low + high) / 2
            if lineStarts[middle] <= offset { low = middle } else { high = middle }
        }
        return (low + 1, offset - lineStarts[low] + 1)
    }
}
