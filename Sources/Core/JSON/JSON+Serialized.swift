/// Writing a parsed value again: what is sent on is built from what was read, not copied.
extension JSON {
    /// Compact: no white space, member order and number lexemes kept, strings escaped minimally.
    public var serialized: [UInt8] {
        var out: [UInt8] = []
        out.reserveCapacity(index == 0 ? tape.bytes.count : 64)
        appendSerialized(to: &out)
        return out
    }

    /// Appends `serialized`.
    func appendSerialized(to out: inout [UInt8]) {
        let slot = slot
        switch slot.kind {
        case .null: out.append(contentsOf: "null".utf8)
        case .bool: out.append(contentsOf: (slot.upper == 1 ? "true" : "false").utf8)
        case .number: tape.withWritten(slot) { out.append(contentsOf: $0) }
        case .string: tape.appendQuoted(slot, to: &out)
        case .array:
            out.append(UInt8(ascii: "["))
            var at = index + 1
            for position in 0..<Int(slot.size) {
                if position > 0 { out.append(UInt8(ascii: ",")) }
                JSON(tape: tape, index: at).appendSerialized(to: &out)
                at = tape.after(at)
            }
            out.append(UInt8(ascii: "]"))
        case .object:
            out.append(UInt8(ascii: "{"))
            var at = index + 1
            for position in 0..<Int(slot.size) {
                if position > 0 { out.append(UInt8(ascii: ",")) }
                tape.appendQuoted(tape[at], to: &out)
                out.append(UInt8(ascii: ":"))
                JSON(tape: tape, index: at + 1).appendSerialized(to: &out)
                at = tape.after(at + 1)
            }
            out.append(UInt8(ascii: "}"))
        }
    }
}

extension JSONTape {
    /// A string that was written without escapes needs none.
    func appendQuoted(_ slot: Slot, to out: inout [UInt8]) {
        guard !slot.hasEscapes else {
            return withDecoded(slot) { JSONText.appendQuoted($0, to: &out) }
        }
        bytes.withUnsafeBufferPointer { bytes in
            let quoted = slot.range.lowerBound - 1..<slot.range.upperBound + 1
            out.append(contentsOf: UnsafeBufferPointer(rebasing: bytes[quoted]))
        }
    }
}
