public import Core

/// A tenant's random data key: one generation of its keyring. It stands in the database wrapped
/// under the root key and is never used itself, only the subkeys derived from it.
public struct DataKey: Sendable {
    public let tenant: TenantID
    /// 1 for the first, one more for each rotation.
    public let version: Int
    public let id: KeyID
    let secret: Secret

    private init(tenant: TenantID, version: Int, secret: Secret) {
        self.tenant = tenant
        self.version = version
        self.secret = secret
        self.id = DataKey.id(of: secret)
    }

    public static func generate(tenant: TenantID, version: Int, entropy: Entropy) -> DataKey {
        DataKey(
            tenant: tenant, version: version,
            secret: Secret(count: SubKey.byteCount) { entropy.fill($0) })
    }

    /// Opens a wrapped key; refused when it belongs to another tenant, version or root key.
    public init(
        unwrapping wrapped: [UInt8], tenant: TenantID, version: Int, under root: RootKey
    ) throws(Failure) {
        let secret = try AEAD.open(
            wrapped, key: root.wrapping,
            context: DataKey.context(tenant: tenant, version: version))
        guard secret.count == SubKey.byteCount else {
            throw Failure(.internal, "A tenant key cannot be used", detail: "wrong length")
        }
        self.init(tenant: tenant, version: version, secret: secret)
    }

    /// For the database.
    public func wrapped(under root: RootKey, entropy: Entropy) -> [UInt8] {
        AEAD.seal(
            secret, key: root.wrapping,
            context: DataKey.context(tenant: tenant, version: version), entropy: entropy)
    }

    private static func context(tenant: TenantID, version: Int) -> SealContext {
        SealContext(
            tenant: tenant, table: "tenant_keys", row: tenant.text, column: "wrapped",
            version: version)
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
