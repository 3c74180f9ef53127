// The live answers: Governance's snapshots, counters, keys and log behind the data plane's
// questions.
public import Core
public import Governance

extension Governed {
    /// Reads from what a process remembers; waits for the database only when it must.
    public static func live(
        _ governance: Governance, writer: AuditWriter, refusals: Refusals, clock: Clock, log: Log
    ) -> Governed {
        let door = Door(governance: governance, clock: clock, log: log)
        return Governed(
            admit: { (token, tenant, server) async throws(Failure) in
                try await door.admit(token, tenant, server)
            },
            tenant: { (slug) async throws(Failure) in
                try await governance.snapshots.tenant(slug: Array(slug.utf8))
            },
            append: { (record, payload, keys) async throws(Failure) in
                try await writer.append(record, payload: payload, keys: keys)
            },
            appendStranger: { (record) async throws(Failure) in
                try await refusals.append(record)
            },
            saveDiscovery: { (access, tools) async throws(Failure) in
                try await door.save(tools, access)
            })
    }
}

/// From a token and a path to an access.
private struct Door: Sendable {
    let governance: Governance
    let clock: Clock
    let log: Log
    let places = UpstreamPlaces()

    func admit(_ token: ArraySlice<UInt8>, _ tenant: String, _ server: String)
        async throws(Failure) -> Admission
    {
        let grant: GrantAccess
        do throws(Failure) {
            grant = try await governance.grantCache.authenticate(token)
        } catch {
            if error.code == .unauthenticated { return .stranger }
            throw error
        }
        let holder = Holder(tenant: grant.tenant, grant: grant.grantID, agent: grant.agentID)
        guard grant.tenantSlug.elementsEqual(tenant.utf8) else { return .elsewhere(holder) }
        let snapshots = governance.snapshots
        let snapshot = try await snapshots.current(grant.tenant)
        guard let server = snapshot.server(slug: Array(server.utf8)), grant.opens(server) else {
            return .elsewhere(holder)
        }
        let policies = try await snapshots.policies(of: grant, at: server, in: snapshot)
        return .admitted(
            LiveAccess(
                holder: holder, grant: grant, server: server, policies: policies,
                keys: try await governance.keyring.keys(for: grant.tenant),
                upstream: try places.place(of: server), token: token, governance: governance,
                clock: clock, log: log))
    }

    func save(_ tools: [DiscoveredTool], _ access: any Access) async throws(Failure) {
        let gateway = Principal(
            tenant: access.holder.tenant, tenantSlug: "", id: access.holder.grant,
            name: "gateway", kind: .service, roles: [])
        _ = try await governance.catalogue.recordDiscovery(
            tools, serverID: access.upstream.id,
            by: Change(gateway, requestID: access.holder.grant))
    }
}

/// Servers' addresses, read once for each URL.
private final class UpstreamPlaces: Sendable {
    private struct Entry {
        let url: String
        let allowPrivate: Bool
        let place: UpstreamServer
    }

    /// By server id; emptied when it grows beyond its bound.
    private let entries = Locked<[String: Entry]>([:])

    func place(of server: ServerSnapshot) throws(Failure) -> UpstreamServer {
        if let known = entries.withLock({ $0[server.id] }),
            known.allowPrivate == server.allowPrivate,
            known.url.utf8.elementsEqual(server.url.utf8)
        {
            return known.place
        }
        let place = try UpstreamServer(
            id: server.id, slug: server.slug, url: server.url, allowPrivate: server.allowPrivate)
        let entry = Entry(url: server.url, allowPrivate: server.allowPrivate, place: place)
        entries.withLock { entries in
            if entries.count >= Limits.upstreamPlacesMax { entries.removeAll() }
            entries[server.id] = entry
        }
        return place
    }
}
