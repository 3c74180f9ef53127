import Core

/// Builds the tree out of libyaml's events. Pure: it sees events as values and never a pointer.
struct YAMLTreeBuilder {
    typealias Node = YAML.Node

    enum Event {
        case scalar(text: [UInt8], style: YAML.Scalar.Style, tag: String?)
        case sequenceStart(tag: String?)
        case mappingStart(tag: String?)
        case end
        case alias
    }

    private struct Key {
        var text: [UInt8]
        var line: Int
        var isUsable: Bool
    }

    private struct Frame {
        var isMapping: Bool
        var line: Int
        var column: Int
        var elements: [Node] = []
        var entries: [YAML.Entry] = []
        var keys: Set<[UInt8]> = []
        var key: Key?
    }

    private(set) var root: Node?
    private(set) var problems: [YAML.Problem] = []
    private let bounds: YAML.Bounds
    private var frames: [Frame] = []
    private var nodeCount = 0

    init(bounds: YAML.Bounds) {
        self.bounds = bounds
    }

    /// Takes one event; false when reading must stop.
    mutating func take(_ event: Event, line: Int, column: Int) -> Bool {
        nodeCount += 1
        guard nodeCount <= bounds.nodesMax else {
            let limit = "more than \(bounds.nodesMax) values; split the document"
            report("the document has \(limit)", line: line, column: column)
            return false
        }
        switch event {
        case .scalar(let text, let style, let tag):
            place(scalar(text, style, tag, line: line, column: column))
        case .sequenceStart(let tag), .mappingStart(let tag):
            var isMapping = false
            if case .mappingStart = event { isMapping = true }
            checkCollection(tag, isMapping: isMapping, line: line, column: column)
            guard frames.count < bounds.depthMax else {
                report(
                    "nested deeper than \(bounds.depthMax) levels; flatten the document",
                    line: line, column: column)
                return false
            }
            frames.append(Frame(isMapping: isMapping, line: line, column: column))
        case .end:
            guard let frame = frames.popLast() else { return false }
            let value: Node.Value =
                frame.isMapping ? .mapping(frame.entries) : .sequence(frame.elements)
            place(Node(value, line: frame.line, column: frame.column))
        case .alias:
            report(
                "aliases (`*name`) are not read; write the value out", line: line, column: column)
            place(Node(.invalid, line: line, column: column))
        }
        return true
    }

    mutating func report(_ message: String, line: Int, column: Int) {
        guard problems.count < Limits.policyIssuesMax else { return }
        problems.append(
            YAML.Problem(pointer: pointer, line: line, column: column, message: message))
    }

    /// The way to where reading stands.
    private var pointer: String {
        var pointer = DocumentPointer.root
        for frame in frames {
            if !frame.isMapping {
                pointer = pointer.element(frame.elements.count)
            } else if let key = frame.key, key.isUsable {
                pointer = pointer.member(key.text)
            }
        }
        return pointer.text
    }

    private mutating func place(_ node: Node) {
        guard let last = frames.indices.last else {
            root = node
            return
        }
        guard frames[last].isMapping else {
            frames[last].elements.append(node)
            return
        }
        guard let key = frames[last].key else {
            frames[last].key = takeKey(node, frame: last)
            return
        }
        frames[last].key = nil
        guard key.isUsable else { return }
        frames[last].entries.append(YAML.Entry(key: key.text, keyLine: key.line, value: node))
    }

    private mutating func takeKey(_ node: Node, frame: Int) -> Key {
        guard let scalar = node.scalar else {
            report("a key must be a plain name", line: node.line, column: node.column)
            return Key(text: [], line: node.line, isUsable: false)
        }
        let isNew = frames[frame].keys.insert(scalar.text).inserted
        if !isNew {
            frames[frame].key = Key(text: scalar.text, line: node.line, isUsable: true)
            let name = String(decoding: scalar.text, as: UTF8.self)
            report(
                "duplicate key `\(name)`; keep one of them", line: node.line, column: node.column)
        }
        return Key(text: scalar.text, line: node.line, isUsable: isNew)
    }

    private mutating func scalar(
        _ text: [UInt8], _ style: YAML.Scalar.Style, _ tag: String?, line: Int, column: Int
    ) -> Node {
        let plain = YAMLCoreSchema.meaning(ofPlain: text)
        var meaning: YAML.Scalar.Meaning = style == .plain ? plain : .string
        if let tag {
            guard let tagged = Self.meaning(tag, plain) else {
                report(Self.unreadable(tag), line: line, column: column)
                return Node(.invalid, line: line, column: column)
            }
            meaning = tagged
        }
        let scalar = YAML.Scalar(text: text, style: style, tag: tag, meaning: meaning)
        return Node(.scalar(scalar), line: line, column: column)
    }

    /// What a core tag makes of a scalar; nil when the tag is foreign or does not fit.
    private static func meaning(
        _ tag: String, _ plain: YAML.Scalar.Meaning
    ) -> YAML.Scalar.Meaning? {
        switch (CoreTag(tag), plain) {
        case (.str, _), (.unspecific, _): return .string
        case (.int, .number), (.float, .number), (.float, .unrepresentable), (.bool, .bool),
            (.null, .null):
            return plain
        default: return nil
        }
    }

    private mutating func checkCollection(
        _ tag: String?, isMapping: Bool, line: Int, column: Int
    ) {
        guard let tag else { return }
        switch CoreTag(tag) {
        case .unspecific: return
        case .map where isMapping: return
        case .seq where !isMapping: return
        default: report(Self.unreadable(tag), line: line, column: column)
        }
    }

    /// The tags of the core schema, and `!`, which means the plainest kind.
    private enum CoreTag: String, CaseIterable {
        case str, int, float, bool, null, seq, map
        case unspecific = "!"

        init?(_ tag: String) {
            let prefix = "tag:yaml.org,2002:".utf8
            let name =
                tag.utf8.starts(with: prefix) ? tag.utf8.dropFirst(prefix.count) : tag.utf8[...]
            guard let tag = Self.allCases.first(where: { $0.rawValue.utf8.elementsEqual(name) })
            else { return nil }
            self = tag
        }
    }

    private static func unreadable(_ tag: String) -> String {
        "the tag `\(tag)` does not fit this value or is not one of YAML's core tags; remove it"
    }
}
