/// The elements of an array, in order.
public struct JSONElements: Sequence, IteratorProtocol, Sendable {
    private let tape: JSONTape
    private var at: Int
    private var left: Int

    init(_ json: JSON) {
        tape = json.tape
        at = json.index + 1
        left = json.kind == .array ? json.count : 0
    }

    public var underestimatedCount: Int { left }

    public mutating func next() -> JSON? {
        guard left > 0 else { return nil }
        left -= 1
        defer { at = tape.after(at) }
        return JSON(tape: tape, index: at)
    }
}

/// The members of an object, in the order written.
public struct JSONMembers: Sequence, IteratorProtocol, Sendable {
    private let tape: JSONTape
    private var at: Int
    private var left: Int

    init(_ json: JSON) {
        tape = json.tape
        at = json.index + 1
        left = json.kind == .object ? json.count : 0
    }

    public var underestimatedCount: Int { left }

    public mutating func next() -> JSONMember? {
        guard left > 0 else { return nil }
        left -= 1
        defer { at = tape.after(at + 1) }
        return JSONMember(
            key: JSONString(tape: tape, index: at), value: JSON(tape: tape, index: at + 1))
    }
}

/// One name and its value.
public struct JSONMember: Sendable {
    public let key: JSONString
    public let value: JSON
}

/// A member's name, still in the text it was parsed from.
public struct JSONString: Sendable {
    let tape: JSONTape
    let index: Int

    /// Decoded.
    public var utf8: [UInt8] { withUTF8 { [UInt8]($0) } }
    /// Decoded.
    public var string: String { withUTF8 { String(decoding: $0, as: UTF8.self) } }

    /// The decoded bytes, without a copy unless there are escapes.
    public func withUTF8<R>(_ body: (UnsafeBufferPointer<UInt8>) -> R) -> R {
        tape.withDecoded(tape[index], body)
    }

    public func equals(_ text: StaticString) -> Bool {
        text.withUTF8Buffer { tape.decoded(tape[index], equals: $0) }
    }

    public func equals(_ bytes: [UInt8]) -> Bool {
        bytes.withUnsafeBufferPointer { tape.decoded(tape[index], equals: $0) }
    }
}
