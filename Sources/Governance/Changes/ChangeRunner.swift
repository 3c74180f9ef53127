internal import Core
internal import Postgres

/// Makes state changes: one transaction holds the change, its admin record, the key that recognises
/// a retry and the notice to other replicas.
///
/// INVARIANT: the tenant's row is locked first, so changes of one tenant follow each other and
/// cannot deadlock; the admin log's head is taken last.
struct ChangeRunner: Sendable {
    typealias Record = @Sendable (AdminEvent, Change, Transaction) async throws(Failure) -> Void

    let database: Database
    let clock: Clock
    let ids: IDGenerator
    let record: Record
    /// Applies a notice to this process's caches before the change returns.
    let apply: @Sendable (Notice) -> Void

    /// What a change's body answers.
    struct Effect<Object: Sendable>: Sendable {
        let object: Object
        let event: AdminEvent
        var scope: Notice.Scope = .configuration
    }

    /// - Parameters:
    ///   - replay: reads the object of an earlier request with the same key.
    ///   - body: the change itself.
    func perform<Object: Sendable>(
        _ change: Change,
        replay: (String, Transaction) async throws(Failure) -> Object,
        body: (Transaction, Timestamp) async throws(Failure) -> Effect<Object>
    ) async throws(Failure) -> Changed<Object> {
        let now = clock.now()
        let (changed, notice) = try await database.transaction(tenant: change.tenant) {
            (transaction) async throws(Failure) -> (Changed<Object>, Notice?) in
            let version = try await lockTenant(change.tenant, in: transaction)
            if let earlier = try await earlierObject(of: change, in: transaction) {
                let object = try await replay(earlier, transaction)
                return (Changed(object: object, replayed: true), nil)
            }
            let effect = try await body(transaction, now)
            try await remember(effect.event.objectID, of: change, at: now, in: transaction)
            let notice = Notice(tenant: change.tenant, version: version, scope: effect.scope)
            _ = try await transaction.query(
                "SELECT pg_notify(\(Notice.channel), \(notice.payload))")
            try await record(effect.event, change, transaction)
            return (Changed(object: effect.object, replayed: false), notice)
        }
        if let notice { apply(notice) }
        return changed
    }

    /// The version the tenant has after this change.
    private func lockTenant(
        _ tenant: TenantID, in transaction: Transaction
    ) async throws(Failure) -> Int {
        let rows = try await transaction.query(
            """
            UPDATE tenants SET change_version = change_version + 1
            WHERE tenant_id = \(tenant) RETURNING change_version
            """)
        guard let row = rows.first else { throw .noSuch("tenant") }
        return try row.int("change_version")
    }

    private func earlierObject(
        of change: Change, in transaction: Transaction
    ) async throws(Failure) -> String? {
        guard let replay = change.replay else { return nil }
        guard (1...255).contains(replay.key.utf8.count) else {
            throw Failure(.invalid, "An Idempotency-Key has 1 to 255 bytes")
        }
        let rows = try await transaction.query(
            """
            SELECT request_digest, object_id FROM idempotency_keys
            WHERE tenant_id = \(change.tenant) AND principal_id = \(change.principal.id)
            AND key = \(replay.key)
            """)
        guard let row = rows.first else { return nil }
        guard try row.bytes("request_digest") == replay.requestDigest else {
            throw Failure(
                .conflict,
                "This Idempotency-Key was used with another request; use a new key for a new one")
        }
        return try row.string("object_id")
    }

    private func remember(
        _ objectID: String, of change: Change, at now: Timestamp, in transaction: Transaction
    ) async throws(Failure) {
        guard let replay = change.replay else { return }
        let oldest = now.adding(seconds: -Limits.idempotencySeconds)
        _ = try await transaction.query(
            """
            DELETE FROM idempotency_keys
            WHERE tenant_id = \(change.tenant) AND created_at < \(oldest)
            """)
        _ = try await transaction.query(
            """
            INSERT INTO idempotency_keys
            (tenant_id, principal_id, key, request_digest, object_id, created_at)
            VALUES (\(change.tenant), \(change.principal.id), \(replay.key),
            \(replay.requestDigest), \(objectID), \(now))
            """)
    }
}
