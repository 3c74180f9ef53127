public import Core

extension YAML {
    /// A node of a document: what it holds and where it stands (line and column from 1).
    public struct Node: Sendable {
        public enum Value: Sendable {
            case scalar(Scalar)
            case sequence([Node])
            case mapping([Entry])
            /// Something already reported as a problem, kept so that reading can go on.
            case invalid
        }

        public let value: Value
        public let line: Int
        public let column: Int

        public init(_ value: Value, line: Int, column: Int) {
            self.value = value
            self.line = line
            self.column = column
        }
    }

    /// A member of a mapping. Keys are scalars and stand for their text, whatever they look like.
    public struct Entry: Sendable {
        public let key: [UInt8]
        public let keyLine: Int
        public let value: Node

        public init(key: [UInt8], keyLine: Int, value: Node) {
            self.key = key
            self.keyLine = keyLine
            self.value = value
        }
    }

    /// A scalar: its text after unescaping and folding, how it was written, and what it means.
    public struct Scalar: Sendable {
        public enum Style: Sendable { case plain, singleQuoted, doubleQuoted, literal, folded }

        public enum Meaning: Sendable {
            case null
            case bool(Bool)
            case number(ExactDecimal)
            /// A number in form that has no exact finite value here: `.inf`, `.nan`, or one with
            /// too many digits.
            case unrepresentable
            case string
        }

        public let text: [UInt8]
        public let style: Style
        /// The explicit tag, as written after expansion; nil without one.
        public let tag: String?
        public let meaning: Meaning

        public init(text: [UInt8], style: Style, tag: String?, meaning: Meaning) {
            self.text = text
            self.style = style
            self.tag = tag
            self.meaning = meaning
        }
    }
}

extension YAML.Node {
    public var scalar: YAML.Scalar? {
        if case .scalar(let scalar) = value { return scalar }
        return nil
    }

    public var elements: [YAML.Node]? {
        if case .sequence(let elements) = value { return elements }
        return nil
    }

    public var entries: [YAML.Entry]? {
        if case .mapping(let entries) = value { return entries }
        return nil
    }

    public var isNull: Bool {
        if case .null = scalar?.meaning { return true }
        return false
    }

    public var bool: Bool? {
        if case .bool(let bool) = scalar?.meaning { return bool }
        return nil
    }

    public var number: ExactDecimal? {
        if case .number(let number) = scalar?.meaning { return number }
        return nil
    }

    /// A whole number written in decimal digits.
    public var int: Int? {
        guard number != nil, let scalar else { return nil }
        return Int(String(decoding: scalar.text, as: UTF8.self))
    }

    /// The bytes of a string.
    public var utf8: [UInt8]? {
        if let scalar, case .string = scalar.meaning { return scalar.text }
        return nil
    }

    /// A string.
    public var string: String? { utf8.map { String(decoding: $0, as: UTF8.self) } }

    /// The member with this key.
    public subscript(_ key: StaticString) -> YAML.Node? {
        guard let entries else { return nil }
        let wanted = UnsafeBufferPointer(start: key.utf8Start, count: key.utf8CodeUnitCount)
        return entries.first { $0.key.elementsEqual(wanted) }?.value
    }

    /// What the node is, in the words an author uses.
    public var kindName: String {
        switch value {
        case .sequence: return "a list"
        case .mapping: return "a map"
        case .invalid: return "something unreadable"
        case .scalar(let scalar):
            switch scalar.meaning {
            case .null: return "empty"
            case .bool: return "a boolean"
            case .number: return "a number"
            case .unrepresentable: return "a number without a finite exact value"
            case .string: return "text"
            }
        }
    }
}
