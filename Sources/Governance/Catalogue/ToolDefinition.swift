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

    /// The argument keys the input schema knows, as paths: `a`, `a.b`, `a[].b` for what stands in
    /// an array's items. Only these may stand in clear in the record.
    static func keys(_ definition: JSON) -> [String] {
        var keys: [String] = []
        if let schema = definition["inputSchema"] { collect(schema, "", 0, &keys) }
        return keys
    }

    private static func collect(
        _ schema: JSON, _ prefix: String, _ depth: Int, _ keys: inout [String]
    ) {
        guard depth < Limits.schemaDepthMax, keys.count < Limits.schemaKeysMax else { return }
        if let properties = schema["properties"], properties.isObject {
            for member in properties.members {
                let path = prefix.isEmpty ? member.key.string : prefix + "." + member.key.string
                keys.append(path)
                collect(member.value, path, depth + 1, &keys)
            }
        }
        if let items = schema["items"], items.isObject {
            collect(items, prefix + "[]", depth + 1, &keys)
        }
        for combiner: StaticString in ["allOf", "anyOf", "oneOf"] {
            guard let branches = schema[combiner], branches.isArray else { continue }
            for branch in branches.elements { collect(branch, prefix, depth + 1, &keys) }
        }
    }
}
