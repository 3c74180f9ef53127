internal import Core

/// A 256-bit digest held inline (no allocation), compared in constant time.
public struct Digest: Hashable, Sendable, CustomStringConvertible {
    private let words: (UInt64, UInt64, UInt64, UInt64)

    init(_ words: (UInt64, UInt64, UInt64, UInt64)) {
        self.words = words
    }

    /// Exactly 32 bytes, or nil.
    public init?(_ bytes: some Collection<UInt8>) {
        guard bytes.count == 32 else { return nil }
        self.init { $0.copyBytes(from: bytes) }
    }

    /// Exactly 64 hexadecimal digits of either case, or nil.
    public init?(hex: some Collection<UInt8>) {
        guard let bytes = Hex.decode(hex) else { return nil }
        self.init(bytes)
    }

    /// Filled in place; `fill` gets 32 bytes.
    @inline(__always)
    init(_ fill: (UnsafeMutableRawBufferPointer) -> Void) {
        var words: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)
        withUnsafeMutableBytes(of: &words, fill)
        self.words = words
    }

    public func withBytes<R, E: Error>(
        _ body: (UnsafeRawBufferPointer) throws(E) -> R
    ) throws(E) -> R {
        let copy = words
        return try withUnsafeBytes(of: copy) { (bytes) throws(E) -> R in try body(bytes) }
    }

    public var bytes: [UInt8] { withBytes { [UInt8]($0) } }

    /// 64 lower-case hexadecimal digits.
    public var hex: String { withBytes { FixedText.hex($0) } }

    /// 44 characters, as C2SP formats write roots.
    public var base64: String { withBytes { FixedText.base64($0) } }

    public var description: String { hex }

    public static func == (left: Digest, right: Digest) -> Bool {
        let difference =
            (left.words.0 ^ right.words.0) | (left.words.1 ^ right.words.1)
            | (left.words.2 ^ right.words.2) | (left.words.3 ^ right.words.3)
        return difference == 0
    }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(words.0)
        hasher.combine(words.1)
    }
}
