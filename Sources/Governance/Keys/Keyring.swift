public import Core
internal import Postgres
public import Vault

/// The tenants' data keys: wrapped in the database, unwrapped in memory while the process lives.
public final class Keyring: Sendable {
    private let database: Database
    private let rootKey: RootKey
    private let clock: Clock
    private let entropy: Entropy
    /// Unwrapped keyrings by tenant. One per tenant, so bounded by what exists.
    private let unwrapped = Locked<[TenantID: TenantKeys]>([:])

    init(database: Database, rootKey: RootKey, clock: Clock, entropy: Entropy) {
        self.database = database
        self.rootKey = rootKey
        self.clock = clock
        self.entropy = entropy
    }

    /// Refuses a root key other than the one this database was made with. The first start of all
    /// makes the platform's key, which is what later starts compare with.
    func checkRootKey() async throws(Failure) {
        _ = try await database.transaction(tenant: .platform) {
            (transaction) async throws(Failure) -> Bool in
            // Two replicas that start for the first time must agree on one key.
            let tenants = try await transaction.query(
                "SELECT slug FROM tenants WHERE tenant_id = \(TenantID.platform) FOR UPDATE")
            guard !tenants.isEmpty else {
                throw Failure(
                    .unavailable,
                    "This database is not Bailiwick's or is not migrated: run "
                        + "`bailiwick migrate`")
            }
            let rows = try await KeyringStore.rows(.platform, in: transaction)
            for row in rows { try self.rootKey.verify(storedID: row.rootKeyID) }
            if rows.isEmpty { try await self.makeKey(for: .platform, in: transaction) }
            return rows.isEmpty
        }
        _ = try await keys(for: .platform)
    }

    /// The tenant's keys, unwrapped once per process.
    public func keys(for tenant: TenantID) async throws(Failure) -> TenantKeys {
        if let known = unwrapped.withLock({ $0[tenant] }) { return known }
        let rows = try await KeyringStore.rows(tenant, in: database)
        var keys: [DataKey] = []
        for row in rows {
            keys.append(
                try DataKey(
                    unwrapping: row.wrapped, tenant: tenant, id: row.keyID, under: rootKey))
        }
        let ring = try TenantKeys(keys)
        unwrapped.withLock { $0[tenant] = ring }
        return ring
    }

    /// A tenant's first key, in the transaction that makes the tenant.
    func makeKey(for tenant: TenantID, in transaction: Transaction) async throws(Failure) {
        let key = DataKey.generate(tenant: tenant, entropy: entropy)
        try await KeyringStore.insert(
            KeyringStore.Row(
                keyID: key.id.text, rootKeyID: rootKey.id.text,
                wrapped: key.wrapped(under: rootKey, entropy: entropy)),
            tenant, at: clock.now(), in: transaction)
    }
}
