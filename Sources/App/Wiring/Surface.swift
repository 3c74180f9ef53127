internal import Admin
internal import Core
internal import Governance
internal import HTTP
internal import Proxy
internal import Reactor

/// Which plane answers a path.
struct Surface: Sendable {
    private let gateway: Gateway
    private let api: AdminAPI
    private let ids: IDGenerator

    init(_ domain: Domain, _ config: Config) throws(Failure) {
        let runtime = domain.runtime
        let client = HTTPClient(
            reactors: runtime.reactors,
            configuration: HTTPClient.Configuration(tls: try TLSClient()))
        let refusals = Refusals(
            writer: domain.auditWriter, ids: runtime.ids, runtime: .live(runtime.reactors),
            clock: runtime.clock, log: runtime.log)
        let gateway = Gateway(
            .live(
                domain.governance, writer: domain.auditWriter, refusals: refusals,
                clock: runtime.clock, log: runtime.log),
            client: client, clock: runtime.clock, entropy: runtime.entropy, log: runtime.log,
            configuration: Gateway.Configuration(allowedOrigins: [config.publicURL]))
        let governance = domain.governance
        let auditLog = AuditLog(
            database: domain.database, writer: domain.auditWriter, ids: runtime.ids,
            clock: runtime.clock
        ) { (tenant) async throws(Failure) in try await governance.keyring.keys(for: tenant) }
        self.gateway = gateway
        self.ids = runtime.ids
        self.api = AdminAPI(
            services: Services(
                governance: governance, auditLog: auditLog,
                discover: Discoverer(
                    domain: domain, discovery: gateway.discovery
                ).discover,
                publicURL: config.publicURL, clock: runtime.clock, log: runtime.log))
    }

    func handle(_ request: HTTP.Request) async -> Response {
        let path = request.target.pathBytes
        if path.starts(with: "/mcp/".utf8) { return await gateway.handle(request) }
        let requestID = RequestIdentity.requestID(of: request, otherwise: ids.next())
        if path.starts(with: "\(AdminAPI.prefix)/".utf8) {
            return await api.handle(request, requestID: requestID)
        }
        var response = Response(
            status: 404,
            text: "There is nothing here: the API is at \(AdminAPI.prefix), MCP at /mcp.\n")
        response.headers.set("x-request-id", requestID)
        return response
    }
}

/// Reads a server's tools with the data plane's client and records them in the catalogue.
struct Discoverer: Sendable {
    let domain: Domain
    let discovery: UpstreamDiscovery

    /// The intent is on record before the upstream hears of it.
    @Sendable
    func discover(_ serverID: String, _ change: Change) async throws(Failure) -> Discovery {
        let governance = domain.governance
        let server = try await governance.servers.get(change.tenant, serverID)
        let summary = try await governance.credentials.summary(change.tenant, serverID: serverID)
        let credential = try await governance.credentials.headers(
            change.tenant, serverID: serverID, version: summary.version)
        let upstream = try UpstreamServer(
            id: server.id, slug: server.slug, url: server.url,
            allowPrivate: server.allowPrivate)
        var intent = AdminRecord(
            "server.discovery", id: domain.runtime.ids.next(), time: domain.runtime.clock.now(),
            change: change)
        intent.objectKind = "server"
        intent.object = serverID
        try await domain.auditWriter.append(intent)
        let found = try await discovery.discover(upstream, credential: credential)
        return try await governance.catalogue.recordDiscovery(
            found.tools, serverID: serverID, by: change
        ).object
    }
}
