internal import Core
internal import Postgres
internal import Vault

/// The statements that append. One takes the head, gives consecutive indexes and inserts: nobody
/// else can come between.
enum AuditAppend {
    /// Answers one row: `first` index and how `many` were inserted; both fall short when the log
    /// does not exist.
    static func leaves(_ entries: [AuditEntry], tenant: TenantID, log: AuditLogName) -> Query {
        """
        WITH head AS (
            UPDATE audit_heads SET size = size + \(entries.count)
            WHERE tenant_id = \(tenant) AND log = \(log.rawValue)
            RETURNING size - \(entries.count) AS base
        ), inserted AS (
            INSERT INTO audit_leaves (tenant_id, log, index, entry, leaf_hash, id, call_id, time,
                kind, actor_id, grant_id, server, tool, decision, code, rule, outcome, request_id)
            SELECT \(tenant), \(log.rawValue), head.base + leaf.position - 1, leaf.entry,
                leaf.leaf_hash, leaf.id, leaf.call_id, leaf.time, leaf.kind, leaf.actor_id,
                leaf.grant_id, leaf.server, leaf.tool, leaf.decision, leaf.code, leaf.rule,
                leaf.outcome, leaf.request_id
            FROM head CROSS JOIN unnest(\(entries.map(\.entry)),
                \(entries.map(\.leafHash.bytes)), \(uuids: entries.map(\.id)),
                \(uuids: entries.map(\.call)), \(entries.map(\.time)), \(entries.map(\.kind)),
                \(uuids: entries.map(\.actor)), \(uuids: entries.map(\.grant)),
                \(entries.map(\.server)), \(entries.map(\.tool)), \(entries.map(\.decision)),
                \(entries.map(\.code)), \(entries.map(\.rule)), \(entries.map(\.outcome)),
                \(entries.map(\.requestID)))
                WITH ORDINALITY AS leaf(entry, leaf_hash, id, call_id, time, kind, actor_id,
                    grant_id, server, tool, decision, code, rule, outcome, request_id, position)
            RETURNING index
        )
        SELECT min(index) AS first, count(*) AS many FROM inserted
        """
    }

    /// Nil when no entry brings a payload.
    static func payloads(_ entries: [AuditEntry], tenant: TenantID) -> Query? {
        let bringing = entries.filter { $0.payload != nil }
        guard !bringing.isEmpty else { return nil }
        let keys = bringing.map { $0.payload?.keyID ?? "" }
        let sealed = bringing.map { $0.payload?.sealed ?? [] }
        return """
            INSERT INTO audit_payloads (tenant_id, id, key_id, sealed)
            SELECT \(tenant), payload.id, payload.key_id, payload.sealed
            FROM unnest(\(uuids: bringing.map(\.call)), \(keys), \(sealed))
                AS payload(id, key_id, sealed)
            """
    }

    /// Which of these ids are on record, with what they commit to.
    static func present(_ ids: [String], tenant: TenantID) -> Query {
        """
        SELECT id, leaf_hash FROM audit_leaves
        WHERE tenant_id = \(tenant) AND id = ANY (\(ids)::uuid[])
        """
    }

    /// Makes the payload partitions from the month of a moment on.
    static func payloadMonths(from moment: Timestamp, count: Int) -> Query {
        "SELECT audit_payload_months(\(moment), \(count)::integer)"
    }

    /// Refuses an answer that does not account for every entry.
    static func confirm(_ rows: [Row]?, count: Int) throws(Failure) {
        guard let row = rows?.first, try row.int("many") == count else {
            throw Failure(
                .internal, "The request cannot be put on record", detail: "the log has no head")
        }
    }
}
