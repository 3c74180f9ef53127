public import Core
internal import Vault

/// An entry as it is read back: exactly the leaf's bytes, and the argument rows where they are.
public struct AuditItem: Sendable {
    /// What became of the argument rows.
    public enum Arguments: Sendable {
        /// There were none.
        case none
        case rows(ArgumentRows)
        /// Pruned, or their key is gone.
        case erased
        /// They do not hash to what the entry commits to.
        case altered
    }

    public let index: Int
    public let time: Timestamp
    /// RFC 8785 JSON.
    public let entry: [UInt8]
    public let arguments: Arguments

    /// The entry as the API shows it: its members, then `index`, `arguments` (path → {type, size,
    /// mac}), `captured` (path → value) and `arguments_state`.
    public var joined: [UInt8] {
        var text = EntryText(capacity: entry.count + 256)
        text.int(",\"index\":", index)
        text.word(",\"arguments_state\":", state)
        text.literal(",\"arguments\":")
        if case .rows(let rows) = arguments {
            AuditItem.write(rows.rows, to: &text)
        } else {
            text.literal(state == "none" ? "{},\"captured\":{}" : "null,\"captured\":null")
        }
        return entry.dropLast() + [UInt8(ascii: ",")] + text.finish(max: .max).dropFirst()
    }

    private var state: String {
        switch arguments {
        case .none: "none"
        case .rows: "present"
        case .erased: "erased"
        case .altered: "altered"
        }
    }

    private static func write(_ rows: [ArgumentRows.Row], to text: inout EntryText) {
        text.literal("{")
        for (index, row) in rows.enumerated() {
            name(row, isFirst: index == 0, to: &text)
            text.word("{\"type\":", row.type.rawValue)
            text.int(",\"size\":", row.size)
            text.word(",\"mac\":", row.mac?.hex)
            text.literal("}")
        }
        text.literal("},\"captured\":{")
        var isFirst = true
        for row in rows {
            guard let value = row.value else { continue }
            name(row, isFirst: isFirst, to: &text)
            text.raw(value)
            isFirst = false
        }
        text.literal("}")
    }

    private static func name(
        _ row: ArgumentRows.Row, isFirst: Bool, to text: inout EntryText
    ) {
        text.string(isFirst ? "" : ",", row.path)
        text.literal(":")
    }
}
