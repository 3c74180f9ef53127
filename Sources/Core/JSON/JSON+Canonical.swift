/// Canonical forms: one byte sequence for each value, whatever its spelling.
extension JSON {
    /// RFC 8785: members in UTF-16 order of their names, strings escaped minimally, numbers as
    /// ECMAScript prints the nearest double. A number that no double is near (`1e400`, `1e-400`)
    /// has its exact normal form, `ExactDecimal.normalForm`, where the RFC has an error. Of two
    /// integers that share a double one form is made, so what must tell them apart uses
    /// `typedCanonical`.
    public var canonical: [UInt8] { canonical(.rfc8785) }

    /// The form that digests, MACs and approvals of arguments are made over. RFC 8785 in key order
    /// and strings; every scalar carries its type, and numbers are exact:
    ///
    ///     value  = "z:null" / "b:true" / "b:false" / "n:" number / "s:" string
    ///            / "[" [ value *("," value) ] "]"
    ///            / "{" [ string ":" value *("," string ":" value) ] "}"
    ///     string = RFC 8785 §3.2.2.2, quotes included
    ///     number = "0" / ["-"] digits ["e" ["-"] exponent]
    ///     digits = the significant digits, no zero at either end
    ///
    /// with the value `digits × 10^exponent` and no `e` when the exponent is 0. So `100`, `100.0`
    /// and `1e2` are `n:1e2`, `-0` is `n:0`, and 9007199254740992 and …993 stay two. Of any size:
    /// no number is rounded. Two values have one form exactly if they are the same JSON value.
    public var typedCanonical: [UInt8] { canonical(.typed) }

    private func canonical(_ form: CanonicalForm) -> [UInt8] {
        var out: [UInt8] = []
        out.reserveCapacity(index == 0 ? tape.bytes.count : 64)
        appendCanonical(form, to: &out)
        return out
    }

    private func appendCanonical(_ form: CanonicalForm, to out: inout [UInt8]) {
        let slot = slot
        switch slot.kind {
        case .null: out.append(contentsOf: (form == .typed ? "z:null" : "null").utf8)
        case .bool:
            if form == .typed { out.append(contentsOf: "b:".utf8) }
            out.append(contentsOf: (slot.upper == 1 ? "true" : "false").utf8)
        case .number:
            tape.withWritten(slot) { lexeme in
                guard form == .typed else {
                    return ECMAScriptNumber.append(lexeme, to: &out)
                }
                out.append(contentsOf: "n:".utf8)
                NumberShape(lexeme).appendNormalForm(to: &out)
            }
        case .string:
            if form == .typed { out.append(contentsOf: "s:".utf8) }
            tape.appendQuoted(slot, to: &out)
        case .array:
            out.append(UInt8(ascii: "["))
            var at = index + 1
            for position in 0..<Int(slot.size) {
                if position > 0 { out.append(UInt8(ascii: ",")) }
                JSON(tape: tape, index: at).appendCanonical(form, to: &out)
                at = tape.after(at)
            }
            out.append(UInt8(ascii: "]"))
        case .object:
            out.append(UInt8(ascii: "{"))
            for (position, key) in keysInCanonicalOrder(Int(slot.size)).enumerated() {
                if position > 0 { out.append(UInt8(ascii: ",")) }
                tape.appendQuoted(tape[key], to: &out)
                out.append(UInt8(ascii: ":"))
                JSON(tape: tape, index: key + 1).appendCanonical(form, to: &out)
            }
            out.append(UInt8(ascii: "}"))
        }
    }

    /// Indexes of the key slots.
    private func keysInCanonicalOrder(_ count: Int) -> [Int] {
        var keys: [Int] = []
        keys.reserveCapacity(count)
        var at = index + 1
        var someEscaped = false
        for _ in 0..<count {
            keys.append(at)
            someEscaped = someEscaped || tape[at].hasEscapes
            at = tape.after(at + 1)
        }
        if count < 2 { return keys }
        if someEscaped {
            // Decoded once each, not at every comparison.
            let decoded = keys.map { (key: $0, text: tape.withDecoded(tape[$0]) { [UInt8]($0) }) }
            return decoded.sorted { left, right in
                left.text.withUnsafeBufferPointer { left in
                    right.text.withUnsafeBufferPointer { UTF16Order.precedes(left, $0) }
                }
            }.map(\.key)
        }
        tape.bytes.withUnsafeBufferPointer { bytes in
            keys.sort {
                UTF16Order.precedes(
                    .init(rebasing: bytes[tape[$0].range]), .init(rebasing: bytes[tape[$1].range]))
            }
        }
        return keys
    }
}

private enum CanonicalForm {
    case rfc8785, typed
}

/// The order of UTF-16 code units, read off UTF-8: byte order, except that characters above U+FFFF
/// (lead bytes F0…F4) come before U+E000…U+FFFF (EE, EF), because surrogates do.
enum UTF16Order {
    static func precedes(
        _ left: UnsafeBufferPointer<UInt8>, _ right: UnsafeBufferPointer<UInt8>
    ) -> Bool {
        for index in 0..<min(left.count, right.count) where left[index] != right[index] {
            return rank(left[index]) < rank(right[index])
        }
        return left.count < right.count
    }

    @inline(__always)
    private static func rank(_ byte: UInt8) -> UInt8 {
        byte < 0xEE ? byte : byte >= 0xF0 ? byte - 2 : byte + 5
    }
}
