public import Core
internal import Ledger
internal import Vault

/// The argument rows of one call with what is needed to check them against the log.
///
/// The entry of the log commits to them by `payload {count, key, root}`: `root` is the RFC 6962
/// root over `salt ‖ row`, a leaf for each row in order – `salt` 16 random bytes, `row` the row's
/// RFC 8785 JSON as it stands in `rows` – base64. Without the salt the root tells nothing, so
/// deleting the payload erases the rows and every proof over entries still verifies.
///
/// The whole is `{"id":…,"key":…,"rows":[{"mac":…,"path":…,"size":…,"type":…,"value":…}],"salt":…}`
/// (RFC 8785; MACs, key id and salt hexadecimal; `mac` and `value` only where there is one; `value`
/// is the captured JSON value), sealed under the tenant's `payload` key. `id` is the call's.
public struct ArgumentPayload: Sendable {
    public static let saltBytes = 16

    /// The call's id, which is its first entry's.
    public let id: String
    public let rows: ArgumentRows
    public let summary: PayloadSummary
    let salt: [UInt8]
    /// RFC 8785.
    public let canonical: [UInt8]

    public init(id: String, rows: ArgumentRows, entropy: Entropy) {
        self.init(id: id, rows: rows, salt: entropy.bytes(ArgumentPayload.saltBytes))
    }

    init(id: String, rows: ArgumentRows, salt: [UInt8]) {
        self.id = id
        self.rows = rows
        self.salt = salt
        var text = EntryText(capacity: 96 + rows.rows.count * 160)
        text.id(",\"id\":", id)
        text.word(",\"key\":", rows.key.text)
        text.literal(",\"rows\":[")
        var tree = MerkleTree.Builder()
        for (index, row) in rows.rows.enumerated() {
            if index > 0 { text.literal(",") }
            let start = text.bytes.count
            row.write(to: &text)
            tree.append(
                text.bytes.withUnsafeBytes { bytes in
                    MerkleTree.leafHash(salt, UnsafeRawBufferPointer(rebasing: bytes[start...]))
                })
        }
        text.word("],\"salt\":", Hex.encode(salt))
        canonical = text.finish(max: .max)
        summary = PayloadSummary(root: tree.root, count: rows.rows.count, key: rows.key)
    }

    func sealed(under keys: TenantKeys, entropy: Entropy) -> [UInt8] {
        canonical.withUnsafeBytes { plain in
            AEAD.seal(
                plain, key: keys.key(.payload),
                context: ArgumentPayload.context(tenant: keys.tenant, id: id), entropy: entropy)
        }
    }

    static func context(tenant: TenantID, id: String) -> SealContext {
        SealContext(tenant: tenant, table: "audit_payloads", row: id, column: "sealed", version: 1)
    }
}

extension PayloadSummary {
    /// Of a call without arguments: no rows, the root of the empty tree.
    public static let empty = PayloadSummary(root: MerkleTree.emptyRoot, count: 0, key: nil)
}

extension ArgumentRows.Row {
    /// RFC 8785, as hashed into the root.
    public var canonical: [UInt8] {
        var text = EntryText(capacity: 128 + path.count + (value?.count ?? 0))
        write(to: &text)
        return text.bytes
    }

    fileprivate func write(to text: inout EntryText) {
        text.literal("{")
        if let mac { text.mac("\"mac\":", mac) }
        text.string(mac == nil ? "\"path\":" : ",\"path\":", path)
        text.int(",\"size\":", size)
        text.word(",\"type\":", type.rawValue)
        if let value {
            text.literal(",\"value\":")
            text.raw(value)
        }
        text.literal("}")
    }
}
