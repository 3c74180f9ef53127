// Header values as MCP 2026-07-28 encodes them: plain visible ASCII, or a base64 sentinel for
// everything that HTTP would fold, trim or refuse.
internal import Core

/// Reading and comparing the values of MCP's headers, byte for byte.
public enum HeaderValue {
    /// The bytes a header value stands for: `=?base64?…?=` decoded, everything else as it is.
    /// Nil when the sentinel's payload is not base64 (RFC 4648 section 4, padded) of UTF-8.
    public static func decode(_ value: [UInt8]) -> [UInt8]? {
        guard isSentinel(value) else { return value }
        let payload = value[(value.startIndex + prefix.count)..<(value.endIndex - suffix.count)]
        guard let bytes = Base64.decode(payload) else { return nil }
        guard String(validating: bytes, as: UTF8.self) != nil else { return nil }
        return bytes
    }

    /// The value that carries these bytes: plain where HTTP keeps them whole, else the sentinel.
    public static func encode(_ bytes: [UInt8]) -> [UInt8] {
        let isPlain = bytes.allSatisfy { $0 >= 0x20 && $0 <= 0x7E }
        let hasEdges = bytes.first == 0x20 || bytes.last == 0x20
        if isPlain, !hasEdges, !bytes.isEmpty, !isSentinel(bytes) { return bytes }
        return prefix + Array(Base64.encode(bytes).utf8) + suffix
    }

    /// Byte equality with a literal.
    public static func equal(_ bytes: [UInt8], _ literal: StaticString) -> Bool {
        guard bytes.count == literal.utf8CodeUnitCount else { return false }
        return literal.withUTF8Buffer { buffer in
            bytes.withUnsafeBufferPointer { buffer.elementsEqual($0) }
        }
    }

    private static let prefix = Array("=?base64?".utf8)
    private static let suffix = Array("?=".utf8)

    private static func isSentinel(_ value: [UInt8]) -> Bool {
        value.count >= prefix.count + suffix.count
            && value.prefix(prefix.count).elementsEqual(prefix)
            && value.suffix(suffix.count).elementsEqual(suffix)
    }
}
