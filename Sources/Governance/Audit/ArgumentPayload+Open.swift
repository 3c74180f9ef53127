internal import Core
internal import Vault

// Reading argument rows back and checking them against the entry that commits to them.
extension ArgumentPayload {
    static func open(
        _ sealed: [UInt8]?, call: String, entry: [UInt8], keys: TenantKeys
    ) -> AuditItem.Arguments {
        guard let committed = try? JSON.parse(entry)["payload"],
            let count = committed["count"]?.int, count > 0
        else { return .none }
        guard let sealed else { return .erased }
        guard let id = AEAD.keyID(of: sealed), keys.key(.payload, id: id) != nil else {
            return .erased
        }
        guard
            let plain = try? keys.open(
                sealed, purpose: .payload, context: context(tenant: keys.tenant, id: call)),
            let payload = ArgumentPayload(canonical: plain.withBytes { [UInt8]($0) }),
            committed["root"]?.equals(Array(payload.summary.root.base64.utf8)) == true
        else { return .altered }
        return .rows(payload.rows)
    }

    /// Reads what `canonical` wrote; nil for anything else.
    init?(canonical text: [UInt8]) {
        guard
            let json = try? JSON.parse(text, limits: JSONLimits(bytesMax: 4 * Limits.bodyBytesMax)),
            let id = json["id"]?.string,
            let key = json["key"]?.utf8.flatMap({ KeyID($0) }),
            let salt = json["salt"]?.utf8.flatMap({ Hex.decode($0) }), let list = json["rows"]
        else { return nil }
        var rows: [ArgumentRows.Row] = []
        for element in list.elements {
            guard let row = ArgumentRows.Row(element) else { return nil }
            rows.append(row)
        }
        self.init(id: id, rows: ArgumentRows(rows: rows, key: key), salt: salt)
    }
}

extension ArgumentRows.Row {
    fileprivate init?(_ json: JSON) {
        guard let path = json["path"]?.utf8, let size = json["size"]?.int,
            let type = json["type"]?.string.flatMap({ ArgumentRows.Kind(rawValue: $0) })
        else { return nil }
        let mac = json["mac"]?.utf8.flatMap { Hex.decode($0) }.flatMap { MAC($0) }
        if json["mac"] != nil, mac == nil { return nil }
        self.init(path: path, type: type, size: size, mac: mac, value: json["value"]?.serialized)
    }
}
