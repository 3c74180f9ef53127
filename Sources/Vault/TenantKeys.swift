public import Core

/// What a tenant's data key is used for. The number is the subkey's in the derivation: it may never
/// change nor be reused.
public enum KeyPurpose: Int, Sendable, CaseIterable {
    /// Upstream credentials.
    case credentials = 1
    /// MACs of argument values and other values that must be compared but not kept.
    case mac = 2
    /// Argument rows of the audit log.
    case payload = 3
    /// Legacy session ids.
    case session = 4
    /// Page tokens and MCP cursors.
    case cursor = 5
}

/// A tenant's keyring, unwrapped: every generation of its data key and the subkeys for each
/// purpose. New values use the current generation; old ones open with the generation they name.
public struct TenantKeys: Sendable {
    private struct Generation: Sendable {
        let id: KeyID
        let subkeys: Secret
    }

    public let tenant: TenantID
    private let current: Generation
    private let older: [Generation]

    /// At least one key, all of this tenant, oldest first; the last is the current one.
    public init(_ keys: [DataKey]) throws(Failure) {
        guard let newest = keys.last else {
            throw Failure(.internal, "The tenant has no data key", detail: "empty keyring")
        }
        guard keys.allSatisfy({ $0.tenant == newest.tenant }) else {
            throw Failure(.internal, "The tenant's keyring is mixed", detail: "foreign data key")
        }
        tenant = newest.tenant
        current = TenantKeys.generation(newest)
        older = keys.dropLast().map(TenantKeys.generation)
    }

    private static func generation(_ key: DataKey) -> Generation {
        Generation(
            id: key.id,
            subkeys: SubKey.derive(
                from: key.secret, context: "bwtenant", count: KeyPurpose.allCases.count))
    }

    /// The id of the current data key.
    public var currentID: KeyID { current.id }

    /// The current subkey for a purpose.
    public func key(_ purpose: KeyPurpose) -> SubKey {
        TenantKeys.subkey(purpose, of: current)
    }

    /// The subkey of the generation with this id, if the keyring still has it.
    public func key(_ purpose: KeyPurpose, id: KeyID) -> SubKey? {
        if current.id == id { return TenantKeys.subkey(purpose, of: current) }
        return older.first { $0.id == id }.map { TenantKeys.subkey(purpose, of: $0) }
    }

    private static func subkey(_ purpose: KeyPurpose, of generation: Generation) -> SubKey {
        SubKey(
            id: generation.id, storage: generation.subkeys,
            offset: (purpose.rawValue - 1) * SubKey.byteCount)
    }

    /// Seals under the current generation. `context.tenant` must be this tenant.
    public func seal(
        _ plaintext: Secret, purpose: KeyPurpose, context: SealContext, entropy: Entropy
    ) -> [UInt8] {
        precondition(context.tenant == tenant, "INVARIANT: a keyring seals for its own tenant")
        return AEAD.seal(plaintext, key: key(purpose), context: context, entropy: entropy)
    }

    /// Opens with the generation the value names.
    public func open(
        _ sealed: [UInt8], purpose: KeyPurpose, context: SealContext
    ) throws(Failure) -> Secret {
        guard let id = AEAD.keyID(of: sealed), let key = key(purpose, id: id) else {
            throw Failure(
                .internal, "A sealed value cannot be opened",
                detail: "sealed value: its key is not in the tenant's keyring")
        }
        return try AEAD.open(sealed, key: key, context: context)
    }
}
