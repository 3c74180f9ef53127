/// Base64 (RFC 4648 §4, padded) and base64url (§5, never padded). Reading is strict: no white
/// space, no foreign byte, no stray padding, no bits left over; so one text has one reading and
/// one value one text.
public enum Base64 {
    public static func encode(_ bytes: some Collection<UInt8>) -> String {
        write(bytes, alphabet: standard, pads: true)
    }

    public static func encodeURL(_ bytes: some Collection<UInt8>) -> String {
        write(bytes, alphabet: url, pads: false)
    }

    public static func decode(_ text: some Collection<UInt8>) -> [UInt8]? {
        guard text.count.isMultiple(of: 4) else { return nil }
        var text = [UInt8](text)
        for _ in 0..<2 where text.last == UInt8(ascii: "=") { text.removeLast() }
        return read(text, plus: UInt8(ascii: "+"), slash: UInt8(ascii: "/"))
    }

    public static func decodeURL(_ text: some Collection<UInt8>) -> [UInt8]? {
        read([UInt8](text), plus: UInt8(ascii: "-"), slash: UInt8(ascii: "_"))
    }

    private static let standard: StaticString =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    private static let url: StaticString =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"

    private static func write(
        _ bytes: some Collection<UInt8>, alphabet: StaticString, pads: Bool
    ) -> String {
        var out: [UInt8] = []
        out.reserveCapacity((bytes.count + 2) / 3 * 4)
        var bits: UInt32 = 0
        var held = 0
        for byte in bytes {
            bits = bits << 8 | UInt32(byte)
            held += 8
            while held >= 6 {
                held -= 6
                out.append(alphabet.utf8Start[Int(bits >> UInt32(held) & 63)])
            }
        }
        if held > 0 { out.append(alphabet.utf8Start[Int(bits << UInt32(6 - held) & 63)]) }
        while pads, !out.count.isMultiple(of: 4) { out.append(UInt8(ascii: "=")) }
        return String(decoding: out, as: UTF8.self)
    }

    /// `text` without padding.
    private static func read(_ text: [UInt8], plus: UInt8, slash: UInt8) -> [UInt8]? {
        var out: [UInt8] = []
        out.reserveCapacity(text.count * 3 / 4)
        var bits: UInt32 = 0
        var held: UInt32 = 0
        for byte in text {
            let value: UInt8
            switch byte {
            case UInt8(ascii: "A")...UInt8(ascii: "Z"): value = byte - UInt8(ascii: "A")
            case UInt8(ascii: "a")...UInt8(ascii: "z"): value = byte - UInt8(ascii: "a") + 26
            case UInt8(ascii: "0")...UInt8(ascii: "9"): value = byte - UInt8(ascii: "0") + 52
            case plus: value = 62
            case slash: value = 63
            default: return nil
            }
            bits = bits << 6 | UInt32(value)
            held += 6
            if held >= 8 {
                held -= 8
                out.append(UInt8(truncatingIfNeeded: bits >> held))
            }
        }
        guard held < 6, bits & (1 << held - 1) == 0 else { return nil }
        return out
    }
}
