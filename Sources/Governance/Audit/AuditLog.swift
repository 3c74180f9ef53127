public import Core
public import Postgres
public import Vault

/// Reading the logs. Every reading is itself put on record, durably, before it is answered.
public struct AuditLog: Sendable {
    private let database: Database
    private let writer: AuditWriter
    private let ids: IDGenerator
    private let clock: Clock
    private let keys: @Sendable (TenantID) async throws(Failure) -> TenantKeys

    /// `keys` answers a tenant's keyring.
    public init(
        database: Database, writer: AuditWriter, ids: IDGenerator, clock: Clock,
        keys: @escaping @Sendable (TenantID) async throws(Failure) -> TenantKeys
    ) {
        self.database = database
        self.writer = writer
        self.ids = ids
        self.clock = clock
        self.keys = keys
    }

    /// A page of one of the tenant's logs, newest first.
    public func entries(
        _ tenant: TenantID, log: AuditLogName, filter: AuditFilter, page: PageRequest,
        by principal: Principal, requestID: String?
    ) async throws(Failure) -> Page<AuditItem> {
        var conditions = try filter.conditions(tenant: tenant, log: log)
        if let token = page.token {
            let after = try AuditCursor(token)
            conditions.append("(leaf.time, leaf.index) < (\(after.time), \(after.index))")
        }
        let rows = try await database.query(
            """
            SELECT leaf.index, leaf.time, leaf.entry, leaf.call_id, payload.key_id, payload.sealed
            FROM audit_leaves AS leaf LEFT JOIN audit_payloads AS payload
                ON payload.tenant_id = leaf.tenant_id AND payload.id = leaf.call_id
            WHERE \(query: .joined(conditions, separator: " AND "))
            ORDER BY leaf.time DESC, leaf.index DESC LIMIT \(page.limit + 1)
            """, tenant: tenant)
        let items = try await open(rows.prefix(page.limit), tenant: tenant)
        try await record(tenant, log: log, filter: filter, by: principal, requestID: requestID)
        let next = rows.count > page.limit ? items.last.map { AuditCursor($0).text } : nil
        return Page(items: items, next: next)
    }

    private func record(
        _ tenant: TenantID, log: AuditLogName, filter: AuditFilter, by principal: Principal,
        requestID: String?
    ) async throws(Failure) {
        var record = AdminRecord(
            "audit.read", id: ids.next(), time: clock.now(), by: principal, requestID: requestID)
        record.objectKind = "audit_log"
        record.object = log.rawValue
        record.query = filter.text
        try await writer.append(record)
    }

    private func open(
        _ rows: ArraySlice<Row>, tenant: TenantID
    ) async throws(Failure) -> [AuditItem] {
        guard !rows.isEmpty else { return [] }
        let keys = try await keys(tenant)
        var items: [AuditItem] = []
        items.reserveCapacity(rows.count)
        for row in rows {
            let entry = try row.bytes("entry")
            items.append(
                AuditItem(
                    index: try row.int("index"), time: try row.timestamp("time"), entry: entry,
                    arguments: ArgumentPayload.open(
                        try row.optionalBytes("sealed"), call: try row.string("call_id"),
                        entry: entry, keys: keys)))
        }
        return items
    }
}

/// Where a page ended: `<microseconds>.<index>` in base64url. It grants nothing: row-level security
/// and the filter stand beside it.
struct AuditCursor {
    let time: Timestamp
    let index: Int

    init(_ item: AuditItem) {
        time = item.time
        index = item.index
    }

    init(_ token: String) throws(Failure) {
        let parts = (Base64.decodeURL(token.utf8) ?? []).split(
            separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard parts.count == 2, let time = Int64(String(decoding: parts[0], as: UTF8.self)),
            let index = Int(String(decoding: parts[1], as: UTF8.self))
        else {
            throw Failure(
                .invalid, "The page token is not one of ours; start at the first page",
                errors: [Failure.Field(pointer: "page_token", detail: "unknown page token")])
        }
        self.time = Timestamp(microseconds: time)
        self.index = index
    }

    var text: String { Base64.encodeURL(Array("\(time.microseconds).\(index)".utf8)) }
}
