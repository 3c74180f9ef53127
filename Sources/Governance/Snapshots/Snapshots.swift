public import Core
internal import Postgres

/// The tenants' snapshots: loaded when first asked for, replaced when a notice says so.
///
/// While the change feed is down each look compares the tenant's version with the database first:
/// staleness is bounded, never unbounded.
public final class Snapshots: Sendable {
    /// One tenant. Guarded by the lock of `Snapshots`.
    private struct Cell {
        var snapshot: TenantSnapshot?
        /// The newest version a notice named: an older snapshot is stale.
        var wanted = 0
        let loads: Batcher<Bool, TenantSnapshot>
    }

    private struct State {
        var cells: [TenantID: Cell] = [:]
        var isListening = false
        /// Counts the gaps of the change feed: a load that spans one proves nothing.
        var gaps = 0
    }

    private let database: Database
    private let directory: TenantDirectory
    private let compiled: PolicyCache
    private let state = Locked(State())

    init(database: Database, clock: Clock) {
        self.database = database
        directory = TenantDirectory(database: database, clock: clock)
        compiled = PolicyCache(database: database)
    }

    /// The tenant a path names, nil when there is none. Remembered either way, boundedly.
    public func tenant(slug: [UInt8]) async throws(Failure) -> TenantID? {
        try await directory.find(slug)
    }

    /// What holds for the tenant now. No wait when it is known and the change feed is up.
    public func current(_ tenant: TenantID) async throws(Failure) -> TenantSnapshot {
        let (known, loads) = state.withLock { state in
            let cell = find(tenant, &state)
            guard state.isListening, let snapshot = cell.snapshot, snapshot.version >= cell.wanted
            else { return (nil as TenantSnapshot?, cell.loads) }
            return (snapshot, cell.loads)
        }
        if let known { return known }
        return try await loads.submit(false)
    }

    /// The policies on each layer of a call, compiled: tenant, server, grant.
    public func policies(
        of access: GrantAccess, at server: ServerSnapshot, in snapshot: TenantSnapshot
    ) async throws(Failure) -> [AttachedPolicy] {
        let attachments = snapshot.policies + server.policies + access.policies
        var attached: [AttachedPolicy] = []
        attached.reserveCapacity(attachments.count)
        for attachment in attachments {
            let version = try await version(of: attachment, in: snapshot)
            let policy = try await compiled.policy(
                attachment.policyID, version: version, tenant: snapshot.tenant)
            attached.append(
                AttachedPolicy(attachment: attachment, version: version, policy: policy))
        }
        return attached
    }

    private func version(
        of attachment: PolicyAttachment, in snapshot: TenantSnapshot
    ) async throws(Failure) -> Int {
        if let pinned = attachment.policyVersion { return pinned }
        if let active = snapshot.activeVersions[attachment.policyID] { return active }
        // The grant is newer than the snapshot: its policy was made in between.
        let loads = state.withLock { find(snapshot.tenant, &$0).loads }
        let newer = try await loads.submit(true)
        guard let active = newer.activeVersions[attachment.policyID] else {
            throw Failure(
                .unavailable, "The policy of this grant cannot be read; try again",
                detail: "policy without an active version", retryAfterSeconds: 1)
        }
        return active
    }

    private func find(_ tenant: TenantID, _ state: inout State) -> Cell {
        if let cell = state.cells[tenant] { return cell }
        let cell = Cell(
            loads: Batcher(
                aboardMax: Limits.lookUpsWaiting, waitingMax: Limits.lookUpsWaiting
            ) { [self] (requests) async throws(Failure) in
                let snapshot = try await load(tenant, anew: requests.contains(true))
                return requests.map { _ in .success(snapshot) }
            })
        state.cells[tenant] = cell
        return cell
    }

    private func load(_ tenant: TenantID, anew: Bool) async throws(Failure) -> TenantSnapshot {
        let (known, wanted, gaps) = state.withLock { state in
            let cell = find(tenant, &state)
            return (cell.snapshot, cell.wanted, state.gaps)
        }
        if !anew, let known, known.version >= wanted {
            let version = try await SnapshotStore.version(tenant, in: database)
            if version == known.version {
                keep(known, gaps: gaps)
                return known
            }
        }
        let fresh = try await SnapshotStore.load(tenant, in: database)
        keep(fresh, gaps: gaps)
        return fresh
    }

    private func keep(_ snapshot: TenantSnapshot, gaps: Int) {
        state.withLock { state in
            guard gaps == state.gaps else { return }
            let held = state.cells[snapshot.tenant]?.snapshot
            if let held, held.version > snapshot.version { return }
            state.cells[snapshot.tenant]?.snapshot = snapshot
        }
    }

    func apply(_ notice: Notice) {
        guard notice.scope == .configuration else { return }
        state.withLock { state in
            guard let wanted = state.cells[notice.tenant]?.wanted else { return }
            state.cells[notice.tenant]?.wanted = max(wanted, notice.version)
        }
    }

    /// Nothing known survives a gap in the change feed.
    func feed(isListening: Bool) {
        state.withLock { state in
            state.isListening = isListening
            state.gaps += 1
            for tenant in state.cells.keys { state.cells[tenant]?.snapshot = nil }
        }
    }
}
