public import Core

/// A bearer token: `<prefix>_<id>_<secret><check>`, id 12 and secret 30 characters of base62, check
/// the CRC-32 (IEEE) of everything before it in base62, six characters, left-padded with `0`.
/// Exactly 53 bytes, so a scanner finds one offline and a typing error needs no database.
///
/// What is parsed keeps no secret: only its hash, which is what is stored and compared.
public struct Token: Sendable, Hashable, CustomStringConvertible {
    public enum Kind: UInt8, Sendable, CaseIterable {
        case grant = 0x67
        case api = 0x6B
        case session = 0x73

        /// `bwg`, `bwk` or `bws`.
        public var prefix: String { "bw" + String(UnicodeScalar(rawValue)) }
    }

    public static let idBytes = 12
    public static let secretBytes = 30
    public static let checkBytes = 6
    public static let byteCount = 3 + 1 + idBytes + 1 + secretBytes + checkBytes
    private static let idRange = 4..<(4 + idBytes)
    private static let checkStart = byteCount - checkBytes

    public let kind: Kind
    /// Twelve base62 characters: public, the token's own (decided in the database's directory).
    public let id: String
    /// BLAKE2b-256 of everything before the check: bound to kind and id, useless elsewhere. The
    /// secret has 178 random bits, so no slow hash is needed. Digests compare in constant time.
    public let hash: Digest

    /// A new token; its text exists once, here.
    public struct Minted: Sendable {
        public let token: Token
        public let text: Secret
    }

    public static func mint(_ kind: Kind, entropy: Entropy) -> Minted {
        var bytes = [UInt8](kind.prefix.utf8)
        bytes.reserveCapacity(byteCount)
        bytes.append(UInt8(ascii: "_"))
        appendRandom(idBytes, to: &bytes, entropy: entropy)
        bytes.append(UInt8(ascii: "_"))
        appendRandom(secretBytes, to: &bytes, entropy: entropy)
        let check = bytes.withUnsafeBytes { Token.check($0) }
        withUnsafeBytes(of: check) { bytes.append(contentsOf: $0.prefix(checkBytes)) }
        let token = bytes.withUnsafeBytes {
            Token(
                kind: kind, id: String(decoding: $0[idRange], as: UTF8.self),
                hash: hash(UnsafeRawBufferPointer(rebasing: $0[..<checkStart])))
        }
        return Minted(token: token, text: Secret(wiping: &bytes))
    }

    /// Reads a token strictly: any other length, character, prefix or check is nil.
    public static func parse(_ text: UnsafeRawBufferPointer) -> Token? {
        guard text.count == byteCount, text[0] == UInt8(ascii: "b"), text[1] == UInt8(ascii: "w"),
            let kind = Kind(rawValue: text[2]), text[3] == UInt8(ascii: "_"),
            text[idRange.upperBound] == UInt8(ascii: "_")
        else { return nil }
        for index in idRange where !isBase62(text[index]) { return nil }
        for index in (idRange.upperBound + 1)..<byteCount where !isBase62(text[index]) {
            return nil
        }
        let body = UnsafeRawBufferPointer(rebasing: text[..<checkStart])
        let expected = check(body)
        let matches = withUnsafeBytes(of: expected) { bytes in
            (0..<checkBytes).allSatisfy { bytes[$0] == text[checkStart + $0] }
        }
        guard matches else { return nil }
        // Twelve characters fit a String without allocation.
        return Token(
            kind: kind, id: String(decoding: text[idRange], as: UTF8.self), hash: hash(body))
    }

    public static func parse(_ text: [UInt8]) -> Token? {
        text.withUnsafeBytes { parse($0) }
    }

    public static func parse(_ text: ArraySlice<UInt8>) -> Token? {
        text.withUnsafeBytes { parse($0) }
    }

    public var description: String { "\(kind.prefix)_\(id)_(redacted)" }

    private static func hash(_ body: UnsafeRawBufferPointer) -> Digest {
        Digest { BLAKE2b.hash(into: $0, key: nil, label: "", body) }
    }

    /// The six check characters.
    private static func check(
        _ body: UnsafeRawBufferPointer
    ) -> (UInt8, UInt8, UInt8, UInt8, UInt8, UInt8) {
        var value = CRC32.checksum(body)
        func next() -> UInt8 {
            defer { value /= 62 }
            return alphabet(UInt8(value % 62))
        }
        let last = next()
        let fifth = next()
        let fourth = next()
        let third = next()
        let second = next()
        return (next(), second, third, fourth, fifth, last)
    }

    /// `0-9A-Za-z`.
    @inline(__always)
    private static func alphabet(_ digit: UInt8) -> UInt8 {
        switch digit {
        case 0..<10: UInt8(ascii: "0") + digit
        case 10..<36: UInt8(ascii: "A") + digit - 10
        default: UInt8(ascii: "a") + digit - 36
        }
    }

    @inline(__always)
    private static func isBase62(_ character: UInt8) -> Bool {
        switch character {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "a")...UInt8(ascii: "z"):
            true
        default: false
        }
    }

    /// Uniform characters: bytes of 248 and more (4 × 62) are drawn again.
    private static func appendRandom(
        _ count: Int, to bytes: inout [UInt8], entropy: Entropy
    ) {
        var missing = count
        while missing > 0 {
            var drawn = entropy.bytes(missing)
            for byte in drawn where byte < 248 {
                bytes.append(alphabet(byte % 62))
                missing -= 1
            }
            Secret.wipe(&drawn)
        }
    }
}
