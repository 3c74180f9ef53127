/// A keyed fingerprint of a value: BLAKE2b (RFC 7693) in its keyed mode with 128 bits of output.
///
/// 128 bits: a value is only ever tested for equality, per tenant and under a secret key, so a
/// chance collision within 2³² values has odds of 2⁻⁶⁵, and rows stay small. A record that holds
/// MACs also holds the id of their key.
public struct MAC: Hashable, Sendable, CustomStringConvertible {
    public static let byteCount = 16

    private let words: (UInt64, UInt64)

    /// The MAC of a message. `domain` (a word without NUL) keeps MACs of different meanings
    /// apart: what is hashed is the domain, a zero byte and the message.
    public init(_ message: UnsafeRawBufferPointer, key: SubKey, domain: StaticString) {
        var words: (UInt64, UInt64) = (0, 0)
        let zero: UInt8 = 0
        key.withKey { pointer in
            withUnsafeMutableBytes(of: &words) { target in
                withUnsafeBytes(of: zero) {
                    BLAKE2b.hash(into: target, key: pointer, label: domain, $0, message)
                }
            }
        }
        self.words = words
    }

    public init(_ message: [UInt8], key: SubKey, domain: StaticString) {
        self = message.withUnsafeBytes { MAC($0, key: key, domain: domain) }
    }

    /// Exactly 16 bytes, or nil.
    public init?(_ bytes: some Collection<UInt8>) {
        guard bytes.count == MAC.byteCount else { return nil }
        var words: (UInt64, UInt64) = (0, 0)
        withUnsafeMutableBytes(of: &words) { $0.copyBytes(from: bytes) }
        self.words = words
    }

    public func withBytes<R>(_ body: (UnsafeRawBufferPointer) -> R) -> R {
        let copy = words
        return withUnsafeBytes(of: copy, body)
    }

    public var bytes: [UInt8] { withBytes { [UInt8]($0) } }

    /// 32 lower-case hexadecimal digits.
    public var hex: String { withBytes { FixedText.hex($0) } }

    public func appendHex(to text: inout [UInt8]) {
        withBytes { FixedText.appendHex($0, to: &text) }
    }

    public var description: String { hex }

    public static func == (left: MAC, right: MAC) -> Bool {
        (left.words.0 ^ right.words.0) | (left.words.1 ^ right.words.1) == 0
    }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(words.0)
        hasher.combine(words.1)
    }
}
