extension JSONValue {
    /// RFC 8785, in the same words as `JSON.canonical`.
    public func canonical() -> [UInt8] {
        var out: [UInt8] = []
        appendCanonical(to: &out)
        return out
    }

    private func appendCanonical(to out: inout [UInt8]) {
        switch self {
        case .null: out.append(contentsOf: "null".utf8)
        case .bool(let value): out.append(contentsOf: (value ? "true" : "false").utf8)
        case .number(let lexeme):
            lexeme.withUnsafeBufferPointer { lexeme in
                precondition(JSONNumber.isValid(lexeme), "INVARIANT: a lexeme is a number")
                ECMAScriptNumber.append(lexeme, to: &out)
            }
        case .string(let text): Self.append(quoted: text, to: &out)
        case .array(let elements):
            out.append(UInt8(ascii: "["))
            for (position, element) in elements.enumerated() {
                if position > 0 { out.append(UInt8(ascii: ",")) }
                element.appendCanonical(to: &out)
            }
            out.append(UInt8(ascii: "]"))
        case .object(let members):
            out.append(UInt8(ascii: "{"))
            for (position, member) in members.sorted(by: Self.precedes).enumerated() {
                if position > 0 { out.append(UInt8(ascii: ",")) }
                Self.append(quoted: member.key, to: &out)
                out.append(UInt8(ascii: ":"))
                member.value.appendCanonical(to: &out)
            }
            out.append(UInt8(ascii: "}"))
        }
    }

    private static func append(quoted text: String, to out: inout [UInt8]) {
        var text = text
        text.withUTF8 { JSONText.appendQuoted($0, to: &out) }
    }

    private static func precedes(_ left: Member, _ right: Member) -> Bool {
        var (left, right) = (left.key, right.key)
        return left.withUTF8 { left in right.withUTF8 { UTF16Order.precedes(left, $0) } }
    }
}
