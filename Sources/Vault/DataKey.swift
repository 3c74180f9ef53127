public import Core

/// A tenant's random data key: one generation of its keyring. It stands in the database wrapped
/// under the root key and is never used itself, only the subkeys derived from it.
public struct DataKey: Sendable {
    public let tenant: TenantID
    public let id: KeyID
    let secret: Secret

    private init(tenant: TenantID, secret: Secret) {
        self.tenant = tenant
        self.secret = secret
        self.id = DataKey.id(of: secret)
    }

    public static func generate(tenant: TenantID, entropy: Entropy) -> DataKey {
        DataKey(
            tenant: tenant, secret: Secret(count: SubKey.byteCount) { entropy.fill($0) })
    }

    /// Opens a wrapped key; refused when it belongs to another tenant, id or root key.
    public init(
        unwrapping wrapped: [UInt8], tenant: TenantID, id: String, under root: RootKey
    ) throws(Failure) {
        let secret = try AEAD.open(
            wrapped, key: root.wrapping,
            context: DataKey.context(tenant: tenant, id: id))
        guard secret.count == SubKey.byteCount else {
            throw Failure(.internal, "A tenant key cannot be used", detail: "wrong length")
        }
        self.init(tenant: tenant, secret: secret)
    }

    /// For the database.
    public func wrapped(under root: RootKey, entropy: Entropy) -> [UInt8] {
        AEAD.seal(
            secret, key: root.wrapping,
            context: DataKey.context(tenant: tenant, id: id.text), entropy: entropy)
    }

    private static func context(tenant: TenantID, id: String) -> SealContext {
        SealContext(tenant: tenant, table: "keyring", row: id, column: "wrapped", version: 1)
    }

    /// The first 8 bytes of BLAKE2b-256(key, "bailiwick.key-id").
    static func id(of secret: Secret) -> KeyID {
        secret.withBytes { bytes in
            let key = bytes.baseAddress!.assumingMemoryBound(to: UInt8.self)
            let digest = Digest { BLAKE2b.hash(into: $0, key: key, label: "bailiwick.key-id") }
            return KeyID(digest.bytes[..<KeyID.byteCount].reduce(0) { $0 << 8 | UInt64($1) })
        }
    }
}
