internal import Core
internal import Ledger
internal import Vault

/// Which of a tenant's two logs.
public enum AuditLogName: String, Sendable, CaseIterable {
    case calls, admin
}

/// A record in the shape of its row: canonical entry, leaf hash, and the columns that filters need.
///
/// A class: it is handed from queue to batch, and copying its texts each time would cost more than
/// writing them.
final class AuditEntry: Sendable {
    let tenant: TenantID
    let log: AuditLogName
    let id: String
    let call: String
    let time: Timestamp
    let entry: [UInt8]
    let leafHash: Digest
    let kind: String
    let actor: String?
    let grant: String?
    let server: String?
    let tool: String?
    let decision: String?
    let code: String?
    let rule: String?
    let outcome: String?
    let requestID: String?
    /// The sealed argument rows that are stored with the entry.
    let payload: SealedPayload?
    /// What an intent was made from: whoever is told that it failed is owed an outcome.
    let intent: CallRecord?

    struct SealedPayload: Sendable {
        let keyID: String
        let sealed: [UInt8]
    }

    init(_ record: CallRecord, payload: SealedPayload?) throws(Failure) {
        tenant = record.tenant
        log = .calls
        id = try AuditEntry.checked(record.id)
        call = try AuditEntry.checked(record.call)
        time = record.time
        entry = record.entry
        leafHash = MerkleTree.leafHash(entry)
        kind = record.kind.rawValue
        actor = AuditEntry.uuid(record.agent)
        grant = AuditEntry.uuid(record.grant)
        server = AuditEntry.column(record.server)
        tool = AuditEntry.column(record.tool)
        decision = record.decision.rawValue
        code = AuditEntry.column(record.code)
        rule = AuditEntry.column(record.rule)
        outcome = record.outcome?.rawValue
        requestID = AuditEntry.column(record.requestID)
        self.payload = payload
        intent = record.kind == .intent ? record : nil
    }

    init(_ record: AdminRecord) throws(Failure) {
        tenant = record.tenant
        log = .admin
        id = try AuditEntry.checked(record.id)
        call = id
        time = record.time
        entry = record.entry
        leafHash = MerkleTree.leafHash(entry)
        kind = "admin"
        actor = AuditEntry.uuid(record.actor)
        grant = nil
        server = nil
        tool = nil
        decision = nil
        code = AuditEntry.column(record.action)
        rule = nil
        outcome = nil
        requestID = AuditEntry.column(record.requestID)
        payload = nil
        intent = nil
    }

    /// What the queue is bounded by.
    var bytes: Int { entry.count + (payload?.sealed.count ?? 0) + 512 }

    /// One bad id would fail a whole batch.
    private static func checked(_ id: String) throws(Failure) -> String {
        guard isUUID(id) else {
            throw Failure(.internal, "The request cannot be put on record", detail: "bad entry id")
        }
        return id
    }

    /// As `IDGenerator.isID`, which is generic and slow from another target.
    private static func isUUID(_ text: String) -> Bool {
        var text = text
        return text.withUTF8 { bytes in
            guard bytes.count == 36 else { return false }
            for index in 0..<36 {
                let byte = bytes[index]
                if index == 8 || index == 13 || index == 18 || index == 23 {
                    guard byte == UInt8(ascii: "-") else { return false }
                } else {
                    guard byte &- 0x30 < 10 || byte &- 0x61 < 6 else { return false }
                }
            }
            return true
        }
    }

    private static func uuid(_ text: String?) -> String? {
        guard let text, isUUID(text) else { return nil }
        return text
    }

    /// PostgreSQL's text has no NUL, and what is indexed is short.
    private static func column(_ text: String?) -> String? {
        guard let text else { return nil }
        var copy = text
        let fits = copy.withUTF8 { bytes in
            bytes.count <= Limits.auditTextBytesMax && !bytes.contains(0)
        }
        guard !fits else { return text }
        var kept: [UInt8] = []
        for scalar in text.unicodeScalars where scalar.value != 0 {
            let encoded = UTF8.encode(scalar)!
            guard kept.count + encoded.count <= Limits.auditTextBytesMax else { break }
            kept.append(contentsOf: encoded)
        }
        return String(decoding: kept, as: UTF8.self)
    }
}
