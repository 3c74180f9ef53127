/// The grammar of numbers, RFC 8259 §6. Their size is nobody's business here: they stay lexemes.
enum JSONNumber {
    /// The offset behind the number that starts at `from`.
    static func end(
        _ base: UnsafePointer<UInt8>, from: Int, end: Int
    ) throws(JSONError) -> Int {
        var at = from
        if base[at] == UInt8(ascii: "-") { at += 1 }
        guard at < end else { throw JSONError(.unexpectedEnd, at: at) }
        if base[at] == UInt8(ascii: "0") {
            at += 1
            guard at == end || !isDigit(base[at]) else { throw JSONError(.badNumber, at: at) }
        } else {
            at = try digits(base, from: at, end: end)
        }
        if at < end, base[at] == UInt8(ascii: ".") {
            at = try digits(base, from: at + 1, end: end)
        }
        if at < end, base[at] | 0x20 == UInt8(ascii: "e") {
            at += 1
            if at < end, base[at] == UInt8(ascii: "+") || base[at] == UInt8(ascii: "-") { at += 1 }
            at = try digits(base, from: at, end: end)
        }
        return at
    }

    /// Whether all of `bytes` is one number.
    static func isValid(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        guard let base = bytes.baseAddress, bytes.count > 0 else { return false }
        do throws(JSONError) {
            return try end(base, from: 0, end: bytes.count) == bytes.count
        } catch {
            return false
        }
    }

    private static func digits(
        _ base: UnsafePointer<UInt8>, from: Int, end: Int
    ) throws(JSONError) -> Int {
        guard from < end else { throw JSONError(.unexpectedEnd, at: from) }
        guard isDigit(base[from]) else { throw JSONError(.badNumber, at: from) }
        var at = from + 1
        while at < end, isDigit(base[at]) { at += 1 }
        return at
    }

    @inline(__always)
    private static func isDigit(_ byte: UInt8) -> Bool { byte &- UInt8(ascii: "0") < 10 }
}
