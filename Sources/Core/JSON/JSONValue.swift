/// JSON as a tree, for building and editing small documents; the hot path stays on the tape.
/// Equality is by bytes: strings by their UTF-8, numbers by their lexeme, objects in order.
public indirect enum JSONValue: Sendable {
    case null
    case bool(Bool)
    /// A lexeme of RFC 8259 §6.
    case number([UInt8])
    case string(String)
    case array([JSONValue])
    /// In order; keys are unique by the maker's care.
    case object([Member])

    public struct Member: Sendable {
        public var key: String
        public var value: JSONValue

        public init(_ key: String, _ value: JSONValue) {
            self.key = key
            self.value = value
        }
    }

    public init(_ json: JSON) {
        switch json.kind {
        case .null: self = .null
        case .bool: self = .bool(json.bool ?? false)
        case .number: self = .number(json.lexeme ?? [])
        case .string: self = .string(json.string ?? "")
        case .array: self = .array(json.elements.map { JSONValue($0) })
        case .object:
            self = .object(json.members.map { Member($0.key.string, JSONValue($0.value)) })
        }
    }

    public static func int(_ value: Int) -> JSONValue { .number([UInt8](String(value).utf8)) }

    /// The member of that name. Setting replaces it in its place or appends it; setting `nil`
    /// removes it. On anything but an object, getting is `nil` and setting does nothing.
    public subscript(_ key: String) -> JSONValue? {
        get {
            guard case .object(let members) = self else { return nil }
            return members.first { sameText($0.key, key) }?.value
        }
        set {
            guard case .object(var members) = self else { return }
            let place = members.firstIndex { sameText($0.key, key) }
            switch (place, newValue) {
            case (let place?, let value?): members[place].value = value
            case (nil, let value?): members.append(Member(key, value))
            case (let place?, nil): members.remove(at: place)
            case (nil, nil): break
            }
            self = .object(members)
        }
    }

    /// Compact, in order, lexemes as they are.
    public func serialized() -> [UInt8] {
        var writer = JSONWriter()
        writer.value(self)
        return writer.bytes
    }
}

extension JSONValue: Equatable {
    public static func == (left: JSONValue, right: JSONValue) -> Bool {
        switch (left, right) {
        case (.null, .null): true
        case (.bool(let left), .bool(let right)): left == right
        case (.number(let left), .number(let right)): left == right
        case (.string(let left), .string(let right)): sameText(left, right)
        case (.array(let left), .array(let right)): left == right
        case (.object(let left), .object(let right)):
            left.elementsEqual(right) { sameText($0.key, $1.key) && $0.value == $1.value }
        default: false
        }
    }
}

/// Equality of bytes, where `String`'s own is canonical equivalence.
func sameText(_ left: String, _ right: String) -> Bool {
    left.utf8.elementsEqual(right.utf8)
}

extension JSONValue: ExpressibleByStringLiteral, ExpressibleByBooleanLiteral,
    ExpressibleByIntegerLiteral, ExpressibleByNilLiteral, ExpressibleByArrayLiteral,
    ExpressibleByDictionaryLiteral
{
    public init(stringLiteral value: String) { self = .string(value) }
    public init(booleanLiteral value: Bool) { self = .bool(value) }
    public init(integerLiteral value: Int) { self = .int(value) }
    public init(nilLiteral: ()) { self = .null }
    public init(arrayLiteral elements: JSONValue...) { self = .array(elements) }
    public init(dictionaryLiteral elements: (String, JSONValue)...) {
        self = .object(elements.map { Member($0.0, $0.1) })
    }
}
