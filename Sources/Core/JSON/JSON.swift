/// A JSON value on the tape of the text it was parsed from. Reading never fails: what is not there
/// or of another kind is `nil`. Names and strings are compared as decoded bytes, never as `String`,
/// whose equality is canonical equivalence.
public struct JSON: Sendable {
    public enum Kind: UInt8, Sendable {
        case null, bool, number, string, array, object
    }

    let tape: JSONTape
    let index: Int

    /// Reads exactly one value. Errors name the byte. Limits: `JSONLimits`.
    public static func parse(
        _ bytes: [UInt8], limits: JSONLimits = .standard
    ) throws(JSONError) -> JSON {
        JSON(tape: try JSONParser.parse(bytes, limits: limits), index: 0)
    }

    var slot: JSONTape.Slot { tape[index] }

    public var kind: Kind { slot.kind }
    public var isNull: Bool { kind == .null }
    public var isObject: Bool { kind == .object }
    public var isArray: Bool { kind == .array }

    public var bool: Bool? { kind == .bool ? slot.upper == 1 : nil }

    /// The decoded text of a string.
    public var string: String? { withUTF8 { String(decoding: $0, as: UTF8.self) } }

    /// The decoded bytes of a string.
    public var utf8: [UInt8]? { withUTF8 { [UInt8]($0) } }

    /// The decoded bytes of a string, without a copy unless it has escapes.
    public func withUTF8<R>(_ body: (UnsafeBufferPointer<UInt8>) -> R) -> R? {
        kind == .string ? tape.withDecoded(slot, body) : nil
    }

    /// Whether this is a string of exactly these bytes.
    public func equals(_ text: StaticString) -> Bool {
        kind == .string && text.withUTF8Buffer { tape.decoded(slot, equals: $0) }
    }

    /// Whether this is a string of exactly these bytes.
    public func equals(_ bytes: [UInt8]) -> Bool {
        kind == .string && bytes.withUnsafeBufferPointer { tape.decoded(slot, equals: $0) }
    }

    /// A number as it was written.
    public var lexeme: [UInt8]? { kind == .number ? tape.withWritten(slot) { [UInt8]($0) } : nil }

    /// A number that is an integer and fits, however it was written (`100`, `1e2`).
    public var int: Int? { decimal?.int }

    /// A number's exact value; `nil` if it is over a limit of `ExactDecimal`.
    public var decimal: ExactDecimal? {
        kind == .number ? tape.withWritten(slot) { ExactDecimal(NumberShape($0)) } : nil
    }

    /// Where in the text this value starts, in bytes (for a string, behind its quote).
    public var offset: Int { Int(slot.start) }

    // MARK: Members and elements

    /// Elements of an array or members of an object; 0 for anything else.
    public var count: Int { kind == .array || kind == .object ? Int(slot.size) : 0 }

    /// The member of that name; a linear search.
    public subscript(_ key: StaticString) -> JSON? { key.withUTF8Buffer { member($0) } }

    /// The member of that name; a linear search.
    public func member(_ key: [UInt8]) -> JSON? { key.withUnsafeBufferPointer { member($0) } }

    /// The element at that position; a linear search, so loops use `elements`.
    public subscript(_ position: Int) -> JSON? {
        guard kind == .array, position >= 0, position < count else { return nil }
        var at = index + 1
        for _ in 0..<position { at = tape.after(at) }
        return JSON(tape: tape, index: at)
    }

    private func member(_ key: UnsafeBufferPointer<UInt8>) -> JSON? {
        guard kind == .object else { return nil }
        var at = index + 1
        for _ in 0..<count {
            if tape.decoded(tape[at], equals: key) { return JSON(tape: tape, index: at + 1) }
            at = tape.after(at + 1)
        }
        return nil
    }

    /// Of an array, in order; nothing for anything else.
    public var elements: JSONElements { JSONElements(self) }

    /// Of an object, in the order written; nothing for anything else.
    public var members: JSONMembers { JSONMembers(self) }
}
