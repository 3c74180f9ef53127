public import Core

/// The key everything else hangs on: 32 bytes that never enter the database. It wraps the tenants'
/// data keys; its id stands beside each of them, so that a wrong key is found before anything is
/// opened with it.
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
        subkeys = SubKey.derive(from: secret, context: "bwrootky", count: 1)
    }

    public static func generate(entropy: Entropy) -> Secret {
        Secret(count: byteCount) { entropy.fill($0) }
    }

    /// Wraps data keys.
    var wrapping: SubKey { SubKey(id: id, storage: subkeys, offset: 0) }

    /// Refuses a key other than the one the database was made with; `storedID` is the id text that
    /// stands beside every wrapped data key.
    public func verify(storedID: String) throws(Failure) {
        guard KeyID(storedID.utf8) == id else {
            throw Failure(
                .invalid,
                """
                wrong master key: this database was made with key \(storedID), not \(id.text); \
                configure the key file it was made with
                """)
        }
    }
}
