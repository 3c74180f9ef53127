internal import Core
internal import Vault

/// Writes the members of a canonical entry one after the other. Every label begins with the comma
/// before it; the first comma becomes the opening brace.
struct EntryText {
    private(set) var bytes: [UInt8] = []

    /// 2^53 − 1 (RFC 8785 takes numbers from I-JSON).
    static let integerMax = 9_007_199_254_740_991

    /// Most entries fit, and the block is one that the allocator keeps at hand (at most 1,032 bytes
    /// with the array's own 32).
    static let usualBytes = 992

    init(capacity: Int) {
        bytes.reserveCapacity(capacity)
    }

    mutating func finish(max: Int = Limits.auditEntryBytesMax) -> [UInt8] {
        bytes[0] = UInt8(ascii: "{")
        bytes.append(UInt8(ascii: "}"))
        precondition(bytes.count <= max, "INVARIANT: texts of an entry are bounded")
        return bytes
    }

    @inline(__always)
    mutating func literal(_ text: StaticString) {
        bytes.append(
            contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    /// JSON that is canonical already.
    mutating func raw(_ json: [UInt8]) {
        bytes.append(contentsOf: json)
    }

    /// A text of ours that needs no escapes: a closed vocabulary, a time, a digest.
    @inline(__always)
    mutating func word(_ label: StaticString, _ value: String?) {
        literal(label)
        guard let value else { return literal("null") }
        bytes.append(UInt8(ascii: "\""))
        bytes.append(contentsOf: value.utf8)
        bytes.append(UInt8(ascii: "\""))
    }

    mutating func mac(_ label: StaticString, _ value: MAC) {
        literal(label)
        bytes.append(UInt8(ascii: "\""))
        value.appendHex(to: &bytes)
        bytes.append(UInt8(ascii: "\""))
    }

    /// RFC 3339 in UTC with microseconds: what `Timestamp.rfc3339` writes for years of four digits.
    mutating func time(_ label: StaticString, _ value: Timestamp) {
        let civil = CivilTime(value)
        guard (0...9_999).contains(civil.year) else { return word(label, value.rfc3339) }
        literal(label)
        bytes.append(UInt8(ascii: "\""))
        padded(civil.year, 1_000, "-")
        padded(civil.month, 10, "-")
        padded(civil.day, 10, "T")
        padded(civil.hour, 10, ":")
        padded(civil.minute, 10, ":")
        padded(civil.second, 10, ".")
        padded(civil.microsecond, 100_000, "Z")
        bytes.append(UInt8(ascii: "\""))
    }

    private mutating func padded(_ value: Int, _ place: Int, _ end: Unicode.Scalar) {
        var place = place
        while place > 0 {
            bytes.append(UInt8(ascii: "0") + UInt8(value / place % 10))
            place /= 10
        }
        bytes.append(UInt8(ascii: end))
    }

    mutating func int(_ label: StaticString, _ value: Int?) {
        literal(label)
        guard let value else { return literal("null") }
        decimal(min(max(value, -EntryText.integerMax), EntryText.integerMax))
    }

    /// A short identifier.
    mutating func id(_ label: StaticString, _ value: String?) {
        string(label, value, max: 64)
    }

    /// Any text, cut at `max` bytes of output and then marked with an ellipsis.
    mutating func string(
        _ label: StaticString, _ value: String?, max: Int = Limits.auditTextBytesMax
    ) {
        literal(label)
        guard var value else { return literal("null") }
        bytes.append(UInt8(ascii: "\""))
        value.withUTF8 { quoted($0, max: max) }
        bytes.append(UInt8(ascii: "\""))
    }

    /// Any UTF-8 text, whole.
    mutating func string(_ label: StaticString, _ value: [UInt8]) {
        literal(label)
        bytes.append(UInt8(ascii: "\""))
        value.withUnsafeBufferPointer { quoted($0, max: .max) }
        bytes.append(UInt8(ascii: "\""))
    }

    @inline(__always)
    private mutating func quoted(_ text: UnsafeBufferPointer<UInt8>, max: Int) {
        // Without a branch in it, so that it runs over many bytes at a time.
        var marks: UInt8 = 0
        for byte in text { marks |= EntryText.needsEscape(byte) ? 1 : 0 }
        if marks == 0, text.count <= max {
            bytes.append(contentsOf: text)
        } else {
            escaped(text, max: max)
        }
    }

    @inline(__always)
    private static func needsEscape(_ byte: UInt8) -> Bool {
        byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\")
    }

    /// RFC 8785 section 3.2.2.2.
    private mutating func escaped(_ text: UnsafeBufferPointer<UInt8>, max: Int) {
        let (end, isEndless) = bytes.count.addingReportingOverflow(max)
        var index = 0
        while index < text.count {
            let length = EntryText.length(of: text[index])
            let before = bytes.count
            if EntryText.needsEscape(text[index]) {
                escape(text[index])
            } else {
                bytes.append(contentsOf: text[index..<min(index + length, text.count)])
            }
            if !isEndless, bytes.count > end {
                bytes.removeSubrange(before...)
                bytes.append(contentsOf: "…".utf8)
                return
            }
            index += length
        }
    }

    /// How many bytes the character that begins with this byte has.
    private static func length(of first: UInt8) -> Int {
        first < 0xC0 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4
    }

    private mutating func escape(_ byte: UInt8) {
        switch byte {
        case 0x08: literal("\\b")
        case 0x09: literal("\\t")
        case 0x0A: literal("\\n")
        case 0x0C: literal("\\f")
        case 0x0D: literal("\\r")
        case UInt8(ascii: "\""): literal("\\\"")
        case UInt8(ascii: "\\"): literal("\\\\")
        default:
            literal(byte < 0x10 ? "\\u000" : "\\u001")
            let digit = byte & 15
            bytes.append(digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10)
        }
    }

    private mutating func decimal(_ value: Int) {
        if value < 0 {
            bytes.append(UInt8(ascii: "-"))
            return decimal(-value)
        }
        if value >= 10 { decimal(value / 10) }
        bytes.append(UInt8(ascii: "0") + UInt8(value % 10))
    }
}
