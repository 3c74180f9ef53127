public import Core
internal import Policy
internal import Postgres
internal import Vault

/// Grants: minted, listed, revoked.
public struct Grants: Sendable {
    let changes: ChangeRunner
    let entropy: Entropy

    /// Makes a grant and its first token; with a policy, the attachment that enforces it.
    public func mint(_ new: NewGrant, by change: Change) async throws(Failure) -> Minted<Grant> {
        try check(new)
        let minted = Token.mint(.grant, entropy: entropy)
        let changed = try await changes.perform(
            change,
            replay: { (id, transaction) async throws(Failure) in
                try await read(id, change.tenant, in: transaction)
            },
            body: { (transaction, now) async throws(Failure) in
                let id = changes.ids.next()
                let servers = try await parts(of: new, change.tenant, in: transaction)
                let wanted = Grant(
                    id: id, label: new.label, agentID: new.agentID, servers: new.servers,
                    policyID: new.policyID, readOnly: new.readOnly, labels: new.labels,
                    expiresAt: new.expiresAt, revokedAt: nil, lastUsedAt: nil, version: 1,
                    createdAt: now)
                try await GrantStore.insert(
                    wanted, servers: servers, maker: change.principal.id, change.tenant,
                    in: transaction)
                try await GrantStore.insertToken(
                    minted.token, of: id, change.tenant, at: now, in: transaction)
                if let policyID = new.policyID {
                    let attachment = Attachment(
                        id: changes.ids.next(), layer: .grant, targetID: id, policyID: policyID,
                        policyVersion: nil, mode: .enforce, version: 1, createdAt: now,
                        updatedAt: now)
                    try await AttachmentStore.insert(attachment, change.tenant, in: transaction)
                }
                let grant = try await read(id, change.tenant, in: transaction)
                return ChangeRunner.Effect(
                    object: grant,
                    event: AdminEvent(
                        action: "grant.create", objectKind: "grant", objectID: id,
                        after: grant.recorded,
                        details: [JSONValue.Member("token_id", .string(minted.token.id))]),
                    scope: .tokens([minted.token.id]))
            })
        return Minted(object: changed.object, token: changed.replayed ? nil : minted.text)
    }

    public func get(_ tenant: TenantID, _ id: String) async throws(Failure) -> Grant {
        try requireID(id, "grant")
        guard let grant = try await GrantStore.get(id, tenant, in: changes.database) else {
            throw .noSuch("grant")
        }
        return grant
    }

    public func list(
        _ tenant: TenantID, _ page: PageRequest
    ) async throws(Failure) -> Page<Grant> {
        let grants = try await GrantStore.list(
            tenant, after: try page.afterID(), limit: page.limit + 1, in: changes.database)
        return Page(of: grants, limit: page.limit) { $0.id }
    }

    /// Ends a grant for good. Once this returned, no call with any of its tokens succeeds here;
    /// other replicas are told in the same transaction. Revoking twice changes nothing.
    public func revoke(_ id: String, by change: Change) async throws(Failure) -> Grant {
        try requireID(id, "grant")
        return try await changes.perform(
            change,
            replay: { (id, transaction) async throws(Failure) in
                try await read(id, change.tenant, in: transaction)
            },
            body: { (transaction, now) async throws(Failure) in
                let before = try await read(id, change.tenant, in: transaction)
                try await GrantStore.revoke(
                    id, by: change.principal.id, reason: change.reason, change.tenant, at: now,
                    in: transaction)
                let after = try await read(id, change.tenant, in: transaction)
                let tokens = try await GrantStore.tokenIDs(of: id, change.tenant, in: transaction)
                return ChangeRunner.Effect(
                    object: after,
                    event: AdminEvent(
                        action: "grant.revoke", objectKind: "grant", objectID: id,
                        before: before.recorded, after: after.recorded),
                    scope: .tokens(tokens))
            }
        ).object
    }

    private func check(_ new: NewGrant) throws(Failure) {
        var problems = Problems()
        problems.text(new.label, "/label")
        problems.labels(new.labels)
        if new.servers.isEmpty { problems.add("/servers", "names at least one server's slug") }
        if new.servers.count > Limits.grantServersMax {
            problems.add("/servers", "names at most \(Limits.grantServersMax) servers")
        }
        if Set(new.servers.map { Array($0.utf8) }).count != new.servers.count {
            problems.add("/servers", "names a server twice")
        }
        if let expiresAt = new.expiresAt, expiresAt <= changes.clock.now() {
            problems.add("/expires_at", "lies in the past")
        }
        try problems.check("The grant cannot be made")
    }

    /// The ids of the servers; everything that does not exist is reported at once.
    private func parts(
        of new: NewGrant, _ tenant: TenantID, in transaction: Transaction
    ) async throws(Failure) -> [String] {
        var problems = Problems()
        let servers = try await GrantStore.serverIDs(
            ofSlugs: new.servers, tenant, in: transaction)
        for (index, id) in servers.enumerated() where id == nil {
            problems.add("/servers/\(index)", "names no server")
        }
        let hasAgent =
            isID(new.agentID)
            ? try await AgentStore.get(new.agentID, tenant, in: transaction) != nil : false
        if !hasAgent { problems.add("/agent_id", "names no agent") }
        if let policyID = new.policyID {
            let hasPolicy =
                isID(policyID)
                ? try await PolicyStore.get(policyID, tenant, in: transaction) != nil : false
            if !hasPolicy { problems.add("/policy_id", "names no policy") }
        }
        try problems.check("The grant cannot be made")
        return servers.compactMap { $0 }
    }

    private func read(
        _ id: String, _ tenant: TenantID, in transaction: Transaction
    ) async throws(Failure) -> Grant {
        guard let grant = try await GrantStore.get(id, tenant, in: transaction) else {
            throw .noSuch("grant")
        }
        return grant
    }
}

extension Grant {
    var recorded: JSONValue {
        [
            "label": .string(label), "agent_id": .string(agentID),
            "servers": .array(servers.map { .string($0) }),
            "policy_id": policyID.map { .string($0) } ?? .null, "read_only": .bool(readOnly),
            "labels": Labels.value(labels), "revoked": .bool(revokedAt != nil),
        ]
    }
}
