internal import Core

/// Opened credentials, kept for a short while so that a call need not open one each time.
final class CredentialCache: Sendable {
    private struct Entry: Sendable {
        let headers: [InjectedHeader]
        let version: Int
        let until: UInt64
    }

    /// With the tenant: a server's id alone never finds a credential.
    private struct Key: Hashable, Sendable {
        let tenant: TenantID
        let serverID: String
    }

    private let entries = Locked<[Key: Entry]>([:])

    func find(
        _ tenant: TenantID, _ serverID: String, version: Int, at now: UInt64
    ) -> [InjectedHeader]? {
        entries.withLock { entries in
            guard let entry = entries[Key(tenant: tenant, serverID: serverID)],
                entry.version == version, now < entry.until
            else { return nil }
            return entry.headers
        }
    }

    func insert(
        _ headers: [InjectedHeader], _ tenant: TenantID, _ serverID: String, version: Int,
        at now: UInt64
    ) {
        let entry = Entry(
            headers: headers, version: version, until: now + Limits.credentialCacheNanoseconds)
        let dropped = entries.withLock { entries in
            // Wiping happens outside the lock, when what was dropped goes out of scope.
            var dropped: [Key: Entry] = [:]
            if entries.count >= Limits.credentialCacheMax { swap(&dropped, &entries) }
            entries[Key(tenant: tenant, serverID: serverID)] = entry
            return dropped
        }
        _ = dropped
    }
}
