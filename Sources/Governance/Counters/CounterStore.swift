internal import Core
internal import Policy
internal import Postgres

/// The `counters` table: one row per counter and window.
enum CounterStore {
    /// Makes the rows that are missing and locks them all, always in the order of their keys, in
    /// one round trip; fills in their values.
    static func lock(
        _ ledger: inout CounterLedger, _ tenant: TenantID, in transaction: Transaction
    ) async throws(Failure) {
        let lines = ledger.lines
        let keys = lines.map { $0.key.digest }
        let starts = lines.map { $0.key.windowStart }
        let answers = try await transaction.batch([
            // A call goes on only after its intent is durable, and that commit makes this earlier
            // one durable too: waiting for the disk here would be waiting twice.
            "SELECT set_config('synchronous_commit', 'off', true)",
            """
            INSERT INTO counters (tenant_id, key, window_start, window_end, policy_id, layer,
            target_id, name, scope_id)
            SELECT \(tenant), c.key, c.window_start, c.window_end, c.policy_id::uuid, c.layer,
            c.target_id::uuid, c.name, c.scope_id
            FROM unnest(\(keys), \(starts), \(lines.map { $0.counter.resetAt }),
            \(lines.map { $0.keeper.policyID }), \(lines.map { $0.keeper.layer.rawValue }),
            \(lines.map { $0.keeper.targetID }), \(lines.map { $0.counter.name }),
            \(lines.map { $0.keeper.scopeID }))
            AS c (key, window_start, window_end, policy_id, layer, target_id, name, scope_id)
            ON CONFLICT (tenant_id, key, window_start) DO NOTHING
            """,
            """
            SELECT c.key, c.window_start, c.value::text AS value FROM counters c
            JOIN unnest(\(keys), \(starts)) AS wanted (key, window_start)
            ON c.key = wanted.key AND c.window_start = wanted.window_start
            WHERE c.tenant_id = \(tenant)
            ORDER BY c.key, c.window_start FOR UPDATE OF c
            """,
        ])
        for row in answers[2] {
            guard let value = ExactDecimal(lexeme: try row.utf8("value")) else {
                throw Failure(
                    .internal, "A counter cannot be read", detail: "counter: not a decimal")
            }
            ledger.set(
                CounterKey(
                    digest: try row.bytes("key"),
                    windowStart: try row.timestamp("window_start")), value)
        }
        guard answers[2].count == lines.count else {
            throw Failure(
                .unavailable, "The counters cannot be read; try again",
                detail: "counter: rows missing", retryAfterSeconds: 1)
        }
    }

    static func write(
        _ ledger: CounterLedger, _ tenant: TenantID, in transaction: Transaction
    ) async throws(Failure) {
        let lines = ledger.lines.filter { $0.isChanged }
        guard !lines.isEmpty else { return }
        _ = try await transaction.query(
            """
            UPDATE counters AS c SET value = changed.value::numeric
            FROM unnest(\(lines.map { $0.key.digest }), \(lines.map { $0.key.windowStart }),
            \(lines.map { $0.value.normalForm })) AS changed (key, window_start, value)
            WHERE c.tenant_id = \(tenant) AND c.key = changed.key
            AND c.window_start = changed.window_start
            """)
    }

    /// Drops windows that ended before a time, a bounded number of them.
    static func prune(
        _ tenant: TenantID, endedBefore: Timestamp, in database: Database
    ) async throws(Failure) {
        _ = try await database.query(
            """
            DELETE FROM counters WHERE tenant_id = \(tenant) AND (key, window_start) IN (
            SELECT key, window_start FROM counters
            WHERE tenant_id = \(tenant) AND window_end < \(endedBefore)
            ORDER BY window_end LIMIT \(Limits.countersPrunedMax) FOR UPDATE SKIP LOCKED)
            """, tenant: tenant)
    }
}

extension CounterKey {
    fileprivate init(digest: [UInt8], windowStart: Timestamp) {
        self.digest = digest
        self.windowStart = windowStart
    }
}
