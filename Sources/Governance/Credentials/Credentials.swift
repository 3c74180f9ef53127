public import Core
internal import Postgres
internal import Vault

/// Upstream credentials: written by administrators, read by the data plane, shown to nobody.
public struct Credentials: Sendable {
    let changes: ChangeRunner
    let keyring: Keyring
    let entropy: Entropy
    private let cache = CredentialCache()

    init(changes: ChangeRunner, keyring: Keyring, entropy: Entropy) {
        self.changes = changes
        self.keyring = keyring
        self.entropy = entropy
    }

    /// Seals a credential for a server in place of the one before.
    public func put(
        _ new: NewCredential, serverID: String, by change: Change
    ) async throws(Failure) -> Changed<CredentialSummary> {
        try requireID(serverID, "server")
        var rules = CredentialRules()
        let headers = try rules.headers(of: new)
        let keys = try await keyring.keys(for: change.tenant)
        return try await changes.perform(
            change,
            replay: { (id, transaction) async throws(Failure) in
                try await read(id, change.tenant, in: transaction).summary
            },
            body: { (transaction, now) async throws(Failure) in
                guard try await ServerStore.get(serverID, change.tenant, in: transaction) != nil
                else { throw .noSuch("server") }
                let before = try await CredentialStore.get(
                    serverID: serverID, change.tenant, in: transaction)
                let version = (before?.summary.version ?? 0) + 1
                let stored = seal(
                    headers, new.kind, keys, serverID: serverID, version: version, at: now)
                try await CredentialStore.put(
                    stored, keyID: stored.sealed == nil ? nil : keys.currentID.text,
                    serverID: serverID, change.tenant, in: transaction)
                return ChangeRunner.Effect(
                    object: stored.summary,
                    event: AdminEvent(
                        action: "credential.put", objectKind: "server", objectID: serverID,
                        before: before?.summary.recorded, after: stored.summary.recorded))
            })
    }

    /// What may be told; a server without a credential has kind `none`, version 0.
    public func summary(
        _ tenant: TenantID, serverID: String
    ) async throws(Failure) -> CredentialSummary {
        try requireID(serverID, "server")
        guard let server = try await ServerStore.get(serverID, tenant, in: changes.database) else {
            throw .noSuch("server")
        }
        let stored = try await CredentialStore.get(
            serverID: serverID, tenant, in: changes.database)
        return stored?.summary
            ?? CredentialSummary(
                kind: .none, fingerprint: nil, version: 0, updatedAt: server.createdAt)
    }

    /// The headers to inject; empty for `none`. For the data plane only.
    ///
    /// - Parameter version: the one the snapshot names; 0 is a server without a credential.
    public func headers(
        _ tenant: TenantID, serverID: String, version: Int
    ) async throws(Failure) -> [InjectedHeader] {
        if version == 0 { return [] }
        let now = changes.clock.monotonicNanoseconds()
        if let known = cache.find(tenant, serverID, version: version, at: now) { return known }
        let stored = try await CredentialStore.get(
            serverID: serverID, tenant, in: changes.database)
        guard let stored, let sealed = stored.sealed else { return [] }
        let packed = try await keyring.keys(for: tenant).open(
            sealed, purpose: .credentials,
            context: context(tenant, serverID, version: stored.summary.version))
        let headers = try CredentialHeaders.unpack(packed)
        cache.insert(headers, tenant, serverID, version: stored.summary.version, at: now)
        return headers
    }

    private func seal(
        _ headers: [InjectedHeader], _ kind: CredentialKind, _ keys: TenantKeys, serverID: String,
        version: Int, at now: Timestamp
    ) -> CredentialStore.Stored {
        if kind == .none {
            let summary = CredentialSummary(
                kind: kind, fingerprint: nil, version: version, updatedAt: now)
            return CredentialStore.Stored(summary: summary, sealed: nil)
        }
        let packed = CredentialHeaders.pack(headers)
        // Keyed: without the tenant's key a fingerprint does not let anybody test a guess.
        let fingerprint = packed.withBytes {
            MAC($0, key: keys.key(.mac), domain: "credential.fingerprint").hex
        }
        let summary = CredentialSummary(
            kind: kind, fingerprint: String(fingerprint.prefix(16)), version: version,
            updatedAt: now)
        let sealed = keys.seal(
            packed, purpose: .credentials,
            context: context(keys.tenant, serverID, version: version), entropy: entropy)
        return CredentialStore.Stored(summary: summary, sealed: sealed)
    }

    private func context(_ tenant: TenantID, _ serverID: String, version: Int) -> SealContext {
        SealContext(
            tenant: tenant, table: "credentials", row: serverID, column: "sealed",
            version: version)
    }

    private func read(
        _ serverID: String, _ tenant: TenantID, in transaction: Transaction
    ) async throws(Failure) -> CredentialStore.Stored {
        guard
            let stored = try await CredentialStore.get(
                serverID: serverID, tenant, in: transaction)
        else { throw .noSuch("server") }
        return stored
    }
}

extension NewCredential {
    var kind: CredentialKind {
        switch self {
        case .none: .none
        case .bearer: .bearer
        case .basic: .basic
        case .headers: .headers
        }
    }
}

extension CredentialSummary {
    var recorded: JSONValue {
        [
            "kind": .string(kind.rawValue), "fingerprint": fingerprint.map { .string($0) } ?? .null,
            "version": .int(version),
        ]
    }
}
