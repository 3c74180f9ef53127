/// Writes compact JSON, commas included. Balance and key-before-value are the caller's; strings
/// are escaped minimally, as in RFC 8785.
public struct JSONWriter: Sendable {
    public var bytes: [UInt8] = []
    private var needsComma = false

    public init() {}

    public mutating func beginObject() { open(UInt8(ascii: "{")) }
    public mutating func endObject() { close(UInt8(ascii: "}")) }
    public mutating func beginArray() { open(UInt8(ascii: "[")) }
    public mutating func endArray() { close(UInt8(ascii: "]")) }

    public mutating func key(_ name: StaticString) { name.withUTF8Buffer { key($0) } }
    public mutating func key(_ name: [UInt8]) { name.withUnsafeBufferPointer { key($0) } }
    public mutating func key(_ name: String) {
        var name = name
        name.withUTF8 { key($0) }
    }

    public mutating func string(_ value: String) {
        var value = value
        value.withUTF8 { string($0) }
    }
    public mutating func string(_ value: [UInt8]) { value.withUnsafeBufferPointer { string($0) } }
    public mutating func string(_ value: StaticString) { value.withUTF8Buffer { string($0) } }

    public mutating func int(_ value: Int) { raw(String(value).utf8) }
    public mutating func bool(_ value: Bool) { raw((value ? "true" : "false").utf8) }
    public mutating func null() { raw("null".utf8) }

    /// A number as it is to be written; anything but one RFC 8259 number traps.
    public mutating func lexeme(_ number: [UInt8]) {
        precondition(
            number.withUnsafeBufferPointer(JSONNumber.isValid), "INVARIANT: a lexeme is a number")
        raw(number)
    }

    /// One value that is JSON text already; whoever made the text vouches for it.
    public mutating func text(_ json: [UInt8]) { raw(json) }

    /// A value from a parsed text: member order and number lexemes kept.
    public mutating func value(_ json: JSON) {
        separate()
        json.appendSerialized(to: &bytes)
    }

    public mutating func value(_ value: JSONValue) {
        switch value {
        case .null: null()
        case .bool(let value): bool(value)
        case .number(let digits): lexeme(digits)
        case .string(let text): string(text)
        case .array(let elements):
            beginArray()
            for element in elements { self.value(element) }
            endArray()
        case .object(let members):
            beginObject()
            for member in members {
                key(member.key)
                self.value(member.value)
            }
            endObject()
        }
    }

    // MARK: Pieces

    private mutating func separate() {
        if needsComma { bytes.append(UInt8(ascii: ",")) }
        needsComma = true
    }

    private mutating func open(_ bracket: UInt8) {
        separate()
        bytes.append(bracket)
        needsComma = false
    }

    private mutating func close(_ bracket: UInt8) {
        bytes.append(bracket)
        needsComma = true
    }

    private mutating func raw(_ text: some Collection<UInt8>) {
        separate()
        bytes.append(contentsOf: text)
    }

    private mutating func string(_ value: UnsafeBufferPointer<UInt8>) {
        separate()
        JSONText.appendQuoted(value, to: &bytes)
    }

    private mutating func key(_ name: UnsafeBufferPointer<UInt8>) {
        string(name)
        bytes.append(UInt8(ascii: ":"))
        needsComma = false
    }
}
