internal import Core

/// Opened credentials, kept for a short while so that a call need not open one each time.
final class CredentialCache: Sendable {
    private struct Entry: Sendable {
        let headers: [InjectedHeader]
        let version: Int
        let until: UInt64
    }

    private let entries = Locked<[String: Entry]>([:])

    func find(_ serverID: String, version: Int, at now: UInt64) -> [InjectedHeader]? {
        entries.withLock { entries in
            guard let entry = entries[serverID], entry.version == version, now < entry.until
            else { return nil }
            return entry.headers
        }
    }

    func insert(_ headers: [InjectedHeader], _ serverID: String, version: Int, at now: UInt64) {
        let entry = Entry(
            headers: headers, version: version, until: now + Limits.credentialCacheNanoseconds)
        let dropped = entries.withLock { entries in
            // Wiping happens outside the lock, when what was dropped goes out of scope.
            var dropped: [String: Entry] = [:]
            if entries.count >= Limits.credentialCacheMax { swap(&dropped, &entries) }
            entries[serverID] = entry
            return dropped
        }
        _ = dropped
    }
}
