public import Core
internal import Postgres

/// The tools of the servers: what discovery found, how each is classed, which definition is pinned.
public struct Catalogue: Sendable {
    let changes: ChangeRunner

    /// Takes what an upstream offers now. The first time everything is taken as approved; tools
    /// that come or change later are quarantined, unless the tenant's setting says otherwise.
    public func recordDiscovery(
        _ tools: [DiscoveredTool], serverID: String, by change: Change
    ) async throws(Failure) -> Changed<Discovery> {
        try requireID(serverID, "server")
        let found = try read(tools)
        return try await changes.perform(
            change,
            replay: { (_, _) async throws(Failure) in
                Discovery(added: [], removed: [], changed: [], total: found.count)
            },
            body: { (transaction, now) async throws(Failure) in
                guard
                    let server = try await ServerStore.get(
                        serverID, change.tenant, in: transaction)
                else { throw .noSuch("server") }
                let diff = CatalogueDiff(
                    known: try await ToolStore.entries(
                        serverID: serverID, change.tenant, in: transaction),
                    found: found, isFirst: server.discoveredAt == nil,
                    newTools: try await newTools(change.tenant, in: transaction))
                let writes = diff.writes.map {
                    ToolStore.write($0, serverID: serverID, change.tenant, at: now)
                }
                if !writes.isEmpty { _ = try await transaction.batch(writes) }
                if server.discoveredAt == nil {
                    try await ServerStore.update(
                        server.discovered(at: now), change.tenant, in: transaction)
                }
                let discovery = Discovery(
                    added: diff.added.map(text), removed: diff.removed.map(text),
                    changed: diff.changed.map(text), total: found.count)
                return ChangeRunner.Effect(
                    object: discovery,
                    event: AdminEvent(
                        action: "server.discover", objectKind: "server", objectID: serverID,
                        details: discovery.recorded))
            })
    }

    public func tools(_ tenant: TenantID, serverID: String) async throws(Failure) -> [Tool] {
        try await requireServer(serverID, tenant)
        return try await ToolStore.list(serverID: serverID, tenant, in: changes.database)
    }

    public func tool(
        _ tenant: TenantID, serverID: String, name: String
    ) async throws(Failure) -> Tool {
        try await requireServer(serverID, tenant)
        guard
            let tool = try await ToolStore.get(
                name, serverID: serverID, tenant, in: changes.database)
        else { throw .noSuch("tool") }
        return tool
    }

    /// Says what a tool does and how bad a wrong call would be.
    public func classify(
        _ name: String, serverID: String, toolClass: String, severity: String, ifVersion: Int,
        by change: Change
    ) async throws(Failure) -> Changed<Tool> {
        try requireID(serverID, "server")
        var problems = Problems()
        let wantedClass = problems.oneOf(toolClass, "/class", as: ToolClass.self)
        let wantedSeverity = problems.oneOf(severity, "/severity", as: Severity.self)
        try problems.check("The tool cannot be classed")
        return try await changeTool("tool.classify", name, serverID, change) {
            (tool, transaction, _) async throws(Failure) in
            guard tool.version == ifVersion else { throw .changedMeanwhile("tool") }
            try await ToolStore.classify(
                name, serverID: serverID, change.tenant, wantedClass ?? .unclassified,
                wantedSeverity ?? .none, in: transaction)
        }
    }

    /// Approves the definition a person has seen, named by its hash; ends a quarantine.
    public func pin(
        _ name: String, serverID: String, definitionHash: String, by change: Change
    ) async throws(Failure) -> Changed<Tool> {
        try requireID(serverID, "server")
        return try await changeTool("tool.pin", name, serverID, change) {
            (tool, transaction, now) async throws(Failure) in
            guard tool.definitionHash.utf8.elementsEqual(definitionHash.utf8) else {
                throw Failure(
                    .conflict,
                    "The tool's definition is not the one named: look at the current one, then "
                        + "pin its hash",
                    errors: [
                        Failure.Field(pointer: "/definition_hash", detail: "is not current")
                    ])
            }
            guard tool.state != .removed else {
                throw Failure(.conflict, "The upstream no longer offers this tool")
            }
            let hash = Hex.decode(tool.definitionHash.utf8) ?? []
            let definition = try parse(tool.definition, Array(name.utf8))
            let entry = CatalogueDiff.Entry(
                name: Array(name.utf8), definition: tool.definition, hash: hash, pinned: hash,
                state: .active, flags: [], schemaKeys: ToolDefinition.keys(definition))
            _ = try await transaction.query(
                ToolStore.write(entry, serverID: serverID, change.tenant, at: now))
        }
    }

    private func changeTool(
        _ action: String, _ name: String, _ serverID: String, _ change: Change,
        _ body: (Tool, Transaction, Timestamp) async throws(Failure) -> Void
    ) async throws(Failure) -> Changed<Tool> {
        try await changes.perform(
            change,
            replay: { (_, transaction) async throws(Failure) in
                try await read(name, serverID, change.tenant, in: transaction)
            },
            body: { (transaction, now) async throws(Failure) in
                let before = try await read(name, serverID, change.tenant, in: transaction)
                try await body(before, transaction, now)
                let after = try await read(name, serverID, change.tenant, in: transaction)
                return ChangeRunner.Effect(
                    object: after,
                    event: AdminEvent(
                        action: action, objectKind: "server", objectID: serverID,
                        before: before.recorded, after: after.recorded,
                        details: [JSONValue.Member("tool", .string(name))]))
            })
    }

    /// Reads what was found strictly: a list that cannot be read is refused as a whole.
    private func read(_ tools: [DiscoveredTool]) throws(Failure) -> [CatalogueDiff.Found] {
        guard tools.count <= Limits.toolsPerServerMax else {
            throw Failure(
                .upstreamInvalid,
                "The upstream offers \(tools.count) tools; the limit is "
                    + "\(Limits.toolsPerServerMax)")
        }
        var names: Set<[UInt8]> = []
        var found: [CatalogueDiff.Found] = []
        for tool in tools {
            guard (1...512).contains(tool.name.count), !tool.name.contains(0) else {
                throw Failure(
                    .upstreamInvalid, "The upstream offers a tool whose name is not 1 to 512 bytes")
            }
            guard names.insert(tool.name).inserted else {
                throw Failure(
                    .upstreamInvalid, "The upstream offers two tools named `\(text(tool.name))`")
            }
            let definition = try parse(tool.definition, tool.name)
            found.append(
                CatalogueDiff.Found(
                    name: tool.name, definition: tool.definition,
                    hash: ToolDefinition.hash(definition),
                    schemaKeys: ToolDefinition.keys(definition)))
        }
        return found
    }

    private func parse(_ definition: [UInt8], _ name: [UInt8]) throws(Failure) -> JSON {
        do {
            return try JSON.parse(definition)
        } catch {
            throw Failure(
                .upstreamInvalid, "The definition of the tool `\(text(name))` cannot be read",
                detail: error.message)
        }
    }

    private func newTools(
        _ tenant: TenantID, in transaction: Transaction
    ) async throws(Failure) -> NewTools {
        let rows = try await transaction.query(
            "SELECT new_tools FROM tenants WHERE tenant_id = \(tenant)")
        guard let row = rows.first else { return .quarantine }
        return NewTools(rawValue: try row.string("new_tools")) ?? .quarantine
    }

    private func requireServer(_ id: String, _ tenant: TenantID) async throws(Failure) {
        try requireID(id, "server")
        guard try await ServerStore.get(id, tenant, in: changes.database) != nil else {
            throw .noSuch("server")
        }
    }

    private func read(
        _ name: String, _ serverID: String, _ tenant: TenantID, in transaction: Transaction
    ) async throws(Failure) -> Tool {
        guard
            let tool = try await ToolStore.get(
                name, serverID: serverID, tenant, in: transaction)
        else { throw .noSuch("tool") }
        return tool
    }
}

private func text(_ name: [UInt8]) -> String { String(decoding: name, as: UTF8.self) }

extension Tool {
    var recorded: JSONValue {
        [
            "name": .string(name), "definition_hash": .string(definitionHash),
            "class": .string(toolClass.rawValue), "severity": .string(severity.rawValue),
            "state": .string(state.rawValue),
        ]
    }
}

extension Discovery {
    var recorded: [JSONValue.Member] {
        [
            JSONValue.Member("added", .array(added.map { .string($0) })),
            JSONValue.Member("removed", .array(removed.map { .string($0) })),
            JSONValue.Member("changed", .array(changed.map { .string($0) })),
        ]
    }
}
