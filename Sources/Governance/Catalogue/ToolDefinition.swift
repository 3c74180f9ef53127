internal import Core
internal import Vault

/// What of a tool's definition a model reads, and so what a pin is for.
enum ToolDefinition {
    private static let members: [StaticString] = [
        "name", "title", "description", "inputSchema", "outputSchema", "annotations", "_meta",
        "icons",
    ]

    /// SHA-256 over the RFC 8785 form of those members that are present: member order, spacing and
    /// number forms do not matter, every word does.
    static func hash(_ definition: JSON) -> [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        for name in members {
            guard let value = definition[name] else { continue }
            writer.key(name)
            writer.value(value)
        }
        writer.endObject()
        // What was just written from a parsed document parses.
        let canonical = (try? JSON.parse(writer.bytes))?.canonical ?? writer.bytes
        return SHA256.hash(canonical).bytes
    }

    /// Every object key that the input schema names, at whatever depth, in the order of their
    /// bytes. Only these may stand in clear in the record: another one may itself be a secret.
    static func keys(_ definition: JSON) -> [String] {
        var names: Set<[UInt8]> = []
        if let schema = definition["inputSchema"] { collect(schema, 0, &names) }
        return names.sorted { $0.lexicographicallyPrecedes($1) }
            .map { String(decoding: $0, as: UTF8.self) }
    }

    private static func collect(_ schema: JSON, _ depth: Int, _ names: inout Set<[UInt8]>) {
        guard depth < Limits.schemaDepthMax, schema.isObject else { return }
        for holder: StaticString in ["properties", "$defs", "definitions"] {
            guard let members = schema[holder], members.isObject else { continue }
            let namesAreKeys = holder.utf8Start[0] == UInt8(ascii: "p")
            for member in members.members {
                let name = member.key.utf8
                if namesAreKeys, names.count < Limits.schemaKeysMax, !name.contains(0) {
                    names.insert(name)
                }
                collect(member.value, depth + 1, &names)
            }
        }
        for inner: StaticString in ["items", "additionalProperties", "not", "then", "else"] {
            if let value = schema[inner] { collect(value, depth + 1, &names) }
        }
        for list: StaticString in ["allOf", "anyOf", "oneOf", "prefixItems"] {
            guard let branches = schema[list], branches.isArray else { continue }
            for branch in branches.elements { collect(branch, depth + 1, &names) }
        }
    }
}
