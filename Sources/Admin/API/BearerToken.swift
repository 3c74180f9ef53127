/// `Authorization: Bearer <token>` (RFC 6750 §2.1): the scheme in any case, one space, the token.
enum BearerToken {
    static func read(_ value: ArraySlice<UInt8>) -> [UInt8]? {
        let scheme = Array("bearer ".utf8)
        guard value.count > scheme.count else { return nil }
        let matches = zip(value, scheme).allSatisfy { byte, expected in
            byte == expected || (byte | 0x20 == expected && expected != 0x20)
        }
        return matches ? Array(value.dropFirst(scheme.count)) : nil
    }
}
