internal import Core

/// Which key sealed or authenticated something: the first 8 bytes of a digest of the key, so that
/// an id can neither be reused nor point at the wrong key. Public; text is 16 hexadecimal digits.
public struct KeyID: Hashable, Sendable, CustomStringConvertible {
    public static let byteCount = 8

    let value: UInt64

    init(_ value: UInt64) {
        self.value = value
    }

    /// Sixteen lower-case hexadecimal digits, or nil.
    public init?(_ text: some Collection<UInt8>) {
        guard text.count == 16, let bytes = Hex.decode(text) else { return nil }
        value = bytes.reduce(0) { $0 << 8 | UInt64($1) }
    }

    /// Big-endian.
    public var bytes: [UInt8] {
        (0..<8).map { UInt8(truncatingIfNeeded: value >> UInt64(56 - 8 * $0)) }
    }

    public var text: String { bytes.withUnsafeBytes { FixedText.hex($0) } }

    public var description: String { text }
}
