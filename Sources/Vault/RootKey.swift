internal import CSodium
public import Core

/// The key everything else hangs on: 32 bytes that never enter the database. It wraps the tenants'
/// data keys and is recognised by its check value.
public struct RootKey: Sendable {
    public static let byteCount = 32

    public let id: KeyID
    private let subkeys: Secret

    /// Exactly 32 bytes.
    public init(_ secret: Secret) throws(Failure) {
        guard secret.count == RootKey.byteCount else {
            throw Failure(
                .invalid,
                "The master key has \(secret.count) bytes; it must have \(RootKey.byteCount)")
        }
        id = DataKey.id(of: secret)
        subkeys = SubKey.derive(from: secret, context: "bwrootky", count: 2)
    }

    public static func generate(entropy: Entropy) -> Secret {
        Secret(count: byteCount) { entropy.fill($0) }
    }

    /// Wraps data keys.
    var wrapping: SubKey { SubKey(id: id, storage: subkeys, offset: 0) }

    /// Stored in the database when it is first used and compared at every start. It tells whether a
    /// key is the right one and nothing about the key.
    public var checkValue: [UInt8] {
        SubKey(id: id, storage: subkeys, offset: SubKey.byteCount).withKey { key in
            Digest { BLAKE2b.hash(into: $0, key: key, label: "bailiwick.root-check.1") }.bytes
        }
    }

    /// Refuses a key other than the one the database was made with.
    public func verify(checkValue stored: [UInt8]) throws(Failure) {
        guard let left = Digest(stored), let right = Digest(checkValue), left == right else {
            throw Failure(
                .invalid,
                """
                wrong master key: this database was made with another one; point `vault.key_file` \
                at the key file it was made with
                """)
        }
    }

    /// From a passphrase by argon2id (RFC 9106) with 3 passes over 256 MiB; `salt` is 16 random
    /// bytes kept in the database beside the check value. Takes about a second: never on a reactor.
    public static func derive(passphrase: Secret, salt: [UInt8]) throws(Failure) -> RootKey {
        Sodium.start()
        guard salt.count == Int(crypto_pwhash_argon2id_SALTBYTES) else {
            throw Failure(.internal, "The master key's salt is damaged", detail: "salt length")
        }
        let secret = try Secret(count: byteCount) { target throws(Failure) in
            let result = passphrase.withBytes { text in
                crypto_pwhash_argon2id(
                    target.baseAddress!.assumingMemoryBound(to: UInt8.self), UInt64(byteCount),
                    text.baseAddress!.assumingMemoryBound(to: CChar.self), UInt64(text.count),
                    salt, 3, 256 << 20, crypto_pwhash_argon2id_ALG_ARGON2ID13)
            }
            guard result == 0 else {
                throw Failure(
                    .unavailable, "Deriving the master key needs 256 MiB of free memory")
            }
        }
        return try RootKey(secret)
    }
}
