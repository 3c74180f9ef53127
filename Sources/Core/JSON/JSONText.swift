/// String contents between their two shapes: as written in JSON, and decoded.
enum JSONText {
    /// Decodes the inside of a string that the parser accepted.
    static func unescaped(_ written: UnsafeBufferPointer<UInt8>) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: written.count) { out, count in
            var from = 0
            while from < written.count {
                let byte = written[from]
                guard byte == UInt8(ascii: "\\") else {
                    out[count] = byte
                    count += 1
                    from += 1
                    continue
                }
                let letter = written[from + 1]
                guard letter == UInt8(ascii: "u") else {
                    out[count] = plain(letter)
                    count += 1
                    from += 2
                    continue
                }
                var scalar = hexUnit(written, from + 2)
                from += 6
                if scalar & 0xFC00 == 0xD800 {
                    scalar = 0x10000 + (scalar & 0x3FF) << 10 + hexUnit(written, from + 2) & 0x3FF
                    from += 6
                }
                count += encode(scalar, to: out, at: count)
            }
        }
    }

    private static func plain(_ letter: UInt8) -> UInt8 {
        switch letter {
        case UInt8(ascii: "b"): 0x08
        case UInt8(ascii: "f"): 0x0C
        case UInt8(ascii: "n"): 0x0A
        case UInt8(ascii: "r"): 0x0D
        case UInt8(ascii: "t"): 0x09
        default: letter
        }
    }

    private static func hexUnit(_ bytes: UnsafeBufferPointer<UInt8>, _ at: Int) -> UInt32 {
        var unit: UInt32 = 0
        for index in at..<at + 4 { unit = unit << 4 | UInt32(hexDigitValue(bytes[index]) ?? 0) }
        return unit
    }

    private static func encode(
        _ scalar: UInt32, to out: UnsafeMutableBufferPointer<UInt8>, at: Int
    ) -> Int {
        func tail(_ shift: UInt32) -> UInt8 { UInt8(0x80 | scalar >> shift & 0x3F) }
        switch scalar {
        case ..<0x80:
            out[at] = UInt8(scalar)
            return 1
        case ..<0x800:
            out[at] = UInt8(0xC0 | scalar >> 6)
            out[at + 1] = tail(0)
            return 2
        case ..<0x10000:
            out[at] = UInt8(0xE0 | scalar >> 12)
            out[at + 1] = tail(6)
            out[at + 2] = tail(0)
            return 3
        default:
            out[at] = UInt8(0xF0 | scalar >> 18)
            out[at + 1] = tail(12)
            out[at + 2] = tail(6)
            out[at + 3] = tail(0)
            return 4
        }
    }

    /// Appends a quoted string, escaping only what must be (RFC 8785 §3.2.2.2): `"`, `\` and
    /// controls, these by their short form where there is one, else `\u00xx` in lower case.
    static func appendQuoted(_ decoded: UnsafeBufferPointer<UInt8>, to out: inout [UInt8]) {
        out.append(UInt8(ascii: "\""))
        var from = 0
        for index in 0..<decoded.count {
            let byte = decoded[index]
            guard byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") else {
                continue
            }
            out.append(contentsOf: decoded[from..<index])
            from = index + 1
            appendEscape(byte, to: &out)
        }
        out.append(contentsOf: decoded[from..<decoded.count])
        out.append(UInt8(ascii: "\""))
    }

    private static func appendEscape(_ byte: UInt8, to out: inout [UInt8]) {
        out.append(UInt8(ascii: "\\"))
        switch byte {
        case 0x08: out.append(UInt8(ascii: "b"))
        case 0x09: out.append(UInt8(ascii: "t"))
        case 0x0A: out.append(UInt8(ascii: "n"))
        case 0x0C: out.append(UInt8(ascii: "f"))
        case 0x0D: out.append(UInt8(ascii: "r"))
        case UInt8(ascii: "\""), UInt8(ascii: "\\"): out.append(byte)
        default:
            out.append(contentsOf: [UInt8(ascii: "u"), 0x30, 0x30])
            Hex.append(byte, to: &out)
        }
    }
}
