internal import Core
internal import Vault

/// The way through the arguments, depth first in the order written, with the path as it grows.
struct ArgumentWalk {
    private(set) var rows: [ArgumentRows.Row] = []
    /// Rows beyond the limit.
    private(set) var skipped = 0

    private let key: SubKey
    private let knows: (([UInt8]) -> Bool)?
    private let captures: (([UInt8]) -> Bool)?
    private let limit: Int
    private var path = [UInt8]("args".utf8)

    init(
        key: SubKey, knows: (([UInt8]) -> Bool)?, captures: (([UInt8]) -> Bool)?, limit: Int
    ) {
        self.key = key
        self.knows = knows
        self.captures = captures
        self.limit = limit
    }

    mutating func visit(_ node: JSON) {
        switch node.kind {
        case .object where node.count > 0:
            for member in node.members { step(member) }
        case .array where node.count > 0:
            var position = 0
            for element in node.elements {
                let length = path.count
                if skipped == 0 { path.append(contentsOf: "[\(position)]".utf8) }
                visit(element)
                path.removeLast(path.count - length)
                position += 1
            }
        default:
            append(node)
        }
    }

    private mutating func step(_ member: JSONMember) {
        let length = path.count
        // Nothing is hashed for what is only counted.
        if skipped == 0 { appendName(member.key.utf8) }
        visit(member.value)
        path.removeLast(path.count - length)
    }

    private mutating func appendName(_ name: [UInt8]) {
        guard name.count <= Limits.auditNameBytesMax, knows?(name) == true else {
            path.append(contentsOf: "[#".utf8)
            path.append(contentsOf: MAC(name, key: key, domain: "name").hex.utf8)
            return path.append(UInt8(ascii: "]"))
        }
        if ArgumentWalk.isPlain(name) {
            path.append(UInt8(ascii: "."))
            path.append(contentsOf: name)
        } else {
            var quoted = JSONWriter()
            quoted.string(name)
            path.append(UInt8(ascii: "["))
            path.append(contentsOf: quoted.bytes)
            path.append(UInt8(ascii: "]"))
        }
    }

    private static func isPlain(_ name: [UInt8]) -> Bool {
        guard let first = name.first, isLetter(first) else { return false }
        return name.allSatisfy { isLetter($0) || $0 &- 0x30 < 10 || $0 == UInt8(ascii: "-") }
    }

    private static func isLetter(_ byte: UInt8) -> Bool {
        (byte | 0x20) &- UInt8(ascii: "a") < 26 || byte == UInt8(ascii: "_")
    }

    private mutating func append(_ node: JSON) {
        guard rows.count < limit else {
            skipped += 1
            return
        }
        let type = ArgumentWalk.type(of: node)
        let isScalar = type != .array && type != .object
        rows.append(
            ArgumentRows.Row(
                path: boundedPath, type: type, size: ArgumentWalk.size(of: node),
                mac: isScalar ? ArgumentRows.mac(of: node, key: key) : nil,
                value: captures?(path) == true ? node.serialized : nil))
    }

    private var boundedPath: [UInt8] {
        guard path.count > Limits.auditPathBytesMax else { return path }
        return Array("#".utf8) + Array(MAC(path, key: key, domain: "path").hex.utf8)
    }

    mutating func appendOverflow(of arguments: JSON) {
        rows.append(
            ArgumentRows.Row(
                path: Array("args".utf8), type: .overflow, size: skipped,
                mac: MAC(arguments.typedCanonical, key: key, domain: "arguments"), value: nil))
    }

    private static func type(of node: JSON) -> ArgumentRows.Kind {
        switch node.kind {
        case .null: .null
        case .bool: .boolean
        case .number: .number
        case .string: .string
        case .array: .array
        case .object: .object
        }
    }

    private static func size(of node: JSON) -> Int {
        switch node.kind {
        case .bool: 1
        case .number: node.lexeme?.count ?? 0
        case .string: node.withUTF8 { $0.count } ?? 0
        case .null, .array, .object: 0
        }
    }
}
