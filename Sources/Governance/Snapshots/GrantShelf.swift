internal import Core
internal import Vault

/// The grants a process remembers: a pure structure, guarded by `GrantCache`'s lock.
///
/// Two generations stand for "recently used": what is found in the old one moves to the new one,
/// and when the new one is full the old one is let go. Only tokens whose secret was right are
/// remembered as grants, so strangers evict nobody; wrong ones are remembered by the digest of the
/// whole token, so they lock nobody out.
struct GrantShelf {
    /// Counts up when every grant of the tenant must be read again.
    final class TenantEpoch {
        var number = 0
    }

    struct Entry {
        let access: GrantAccess
        let tenant: TenantEpoch
        let epoch: Int
        /// When this use was last noted for the database.
        var notedAt: Timestamp
    }

    private let generationMax: Int
    private let refusedMax: Int
    private var young: [TokenKey: Entry] = [:]
    private var old: [TokenKey: Entry] = [:]
    private var refused: [Digest: UInt64] = [:]
    private var tenants: [TenantID: TenantEpoch] = [:]
    /// Counts up with every notice: what was read before it must not be remembered after it.
    private(set) var notices = 0

    init(grantsMax: Int, refusedMax: Int) {
        generationMax = max(1, grantsMax / 2)
        self.refusedMax = refusedMax
    }

    var count: Int { young.count + old.count }

    mutating func find(_ key: TokenKey) -> Entry? {
        if let entry = young[key] { return isFresh(entry) ? entry : nil }
        guard let entry = old.removeValue(forKey: key), isFresh(entry) else { return nil }
        insert(entry, key)
        return entry
    }

    mutating func note(_ key: TokenKey, at now: Timestamp) {
        young[key]?.notedAt = now
    }

    mutating func remember(_ access: GrantAccess, _ key: TokenKey, at now: Timestamp) {
        let tenant = tenants[access.tenant] ?? TenantEpoch()
        tenants[access.tenant] = tenant
        insert(
            Entry(access: access, tenant: tenant, epoch: tenant.number, notedAt: now), key)
    }

    func isRefused(_ digest: Digest, at now: UInt64) -> Bool {
        refused[digest].map { now < $0 } ?? false
    }

    mutating func refuse(_ digest: Digest, until: UInt64) {
        if refused.count >= refusedMax { refused.removeAll(keepingCapacity: true) }
        refused[digest] = until
    }

    /// A change elsewhere or here: forgets what it may concern.
    mutating func apply(_ notice: Notice) {
        notices += 1
        switch notice.scope {
        case .configuration: break
        case .grants: tenants[notice.tenant]?.number += 1
        case .tokens(let ids):
            for id in ids {
                let key = TokenKey(id)
                young[key] = nil
                old[key] = nil
            }
        }
    }

    /// Notices may have been missed.
    mutating func forgetAll() {
        notices += 1
        young = [:]
        old = [:]
        refused = [:]
        tenants = [:]
    }

    private func isFresh(_ entry: Entry) -> Bool { entry.epoch == entry.tenant.number }

    private mutating func insert(_ entry: Entry, _ key: TokenKey) {
        if young.count >= generationMax {
            old = young
            young = [:]
        }
        young[key] = entry
    }
}
