public import Core
public import Postgres

/// The admin log of changes that touch only the database: the record is part of the change's own
/// transaction, so neither is there without the other.
public enum AdminLog {
    /// Call it last: it takes the log's head, and whoever holds a head waits for nothing else.
    public static func append(
        _ record: AdminRecord, in transaction: Transaction
    ) async throws(Failure) {
        let entry = try AuditEntry(record)
        let rows = try await transaction.query(
            AuditAppend.leaves([entry], tenant: entry.tenant, log: .admin))
        try AuditAppend.confirm(rows, count: 1)
    }
}
