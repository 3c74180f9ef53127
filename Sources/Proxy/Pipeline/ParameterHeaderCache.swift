// Which arguments of which tool are mirrored in headers, read from its schema once.
internal import Core
internal import MCP

final class ParameterHeaderCache: Sendable {
    private struct Entry {
        let hash: [UInt8]
        let declared: ParameterHeaders
    }

    /// By server id and tool name; emptied when it grows beyond its bound.
    private let entries = Locked<[Key: Entry]>([:])

    private struct Key: Hashable {
        let server: String
        let tool: [UInt8]
    }

    /// What the tool's current definition declares.
    func declared(_ tool: [UInt8], _ access: any Access) async throws(Failure) -> ParameterHeaders {
        guard let hash = access.definitionHash(of: tool) else {
            return ParameterHeaders(inputSchema: nil)
        }
        let key = Key(server: access.upstream.id, tool: tool)
        if let known = entries.withLock({ $0[key] }), known.hash == hash { return known.declared }
        let definition = try await access.definition(of: tool)
        let schema = definition.flatMap { try? JSON.parse($0) }?["inputSchema"]
        let declared = ParameterHeaders(inputSchema: schema)
        entries.withLock { entries in
            if entries.count >= Limits.parameterHeaderToolsMax { entries.removeAll() }
            entries[key] = Entry(hash: hash, declared: declared)
        }
        return declared
    }
}
