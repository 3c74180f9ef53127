// The data plane over the real control plane: PostgreSQL, counters, vault and log, nothing faked.
import Core
import Governance
import HTTP
import Policy
import Postgres
import Proxy
import Reactor
import TestSupport
import Testing
import Vault

/// One tenant with a server, a policy and a grant, behind a gateway on a real port.
private struct Desk {
    let governance: Governance
    let auditLog: AuditLog
    let tenant: TenantID
    let rig: Rig
    let change: Change
    let grant: Grant
    let token: String

    init(policy: String, script: @escaping Rig.Script) async throws {
        let database = try PrivatePostgres.shared().migratedDatabase()
        let reactor = try #require(try Rig.reactors.first)
        let pool = try Database(url: database.appURL, reactors: [reactor])
        let rootKey = try RootKey(RootKey.generate(entropy: .live))
        let governance = Governance(
            database: pool, rootKey: rootKey, clock: .live, entropy: .live, log: .none
        ) { _, _ in nil }
        self.governance = governance
        let runtime = AuditRuntime(
            run: { body in reactor.run { await body() } },
            sleep: { await reactor.sleep(nanoseconds: $0) })
        let writer = AuditWriter(
            database: pool, clock: .live, entropy: .live, runtime: runtime, log: .none)
        let refusals = Refusals(
            writer: writer, ids: IDGenerator(clock: .live, entropy: .live), runtime: runtime,
            clock: .live, log: .none)
        auditLog = AuditLog(
            database: pool, writer: writer, ids: IDGenerator(clock: .live, entropy: .live),
            clock: .live,
            keys: { (tenant) async throws(Failure) in
                try await governance.keyring.keys(for: tenant)
            })
        pool.start()
        try await governance.start()
        rig = try Rig(
            governed: .live(
                governance, writer: writer, refusals: refusals, clock: .live, log: .none),
            script: script)

        let tenant = try await governance.tenants.create(
            slug: "acme", name: "Acme", host: "gate.example", requestID: "r")
        self.tenant = tenant.id
        let change = Change(.commandLine(tenant: tenant.id, slug: "acme"), requestID: "r")
        self.change = change
        let server = try await governance.servers.create(
            NewServer(
                slug: "desk", name: "Desk", transport: "streamable_http", url: rig.upstreamURL,
                allowPrivate: true), by: change
        ).object
        _ = try await governance.credentials.put(
            .bearer(token: Secret(copying: Array("from-the-vault".utf8))), serverID: server.id,
            by: change)
        let agent = try await governance.agents.create(NewAgent(name: "a"), by: change).object
        let stored = try await governance.policies.create(
            name: "p", document: policy, by: change
        ).object
        let minted = try await governance.grants.mint(
            NewGrant(label: "g", agentID: agent.id, servers: ["desk"], policyID: stored.id),
            by: change)
        grant = minted.object
        let secret = try #require(minted.token)
        token = secret.withBytes { String(decoding: $0, as: UTF8.self) }
    }

    func call(_ tool: String, _ arguments: String = "{}") async throws -> Answer {
        try await post(Say.modernCall(tool, arguments), "tools/call", tool)
    }

    func post(_ body: String, _ method: String, _ name: String?) async throws -> Answer {
        try await rig.send(
            .post, body,
            headers: Rig.modernHeaders(method, name).filter { $0.0 != "Authorization" }
                + [("Authorization", "Bearer \(token)")])
    }

    /// The call log, newest first: kind, tool, decision and code of each entry.
    func recorded() async throws -> [String] {
        let page = try await auditLog.entries(
            tenant, log: .calls, filter: AuditFilter(), page: PageRequest(limit: 100),
            by: change.principal, requestID: nil)
        return try page.items.map { item in
            let entry = try JSON.parse(item.joined)
            return ["kind", "tool", "decision", "code"].compactMap {
                entry.member(Array($0.utf8))?.string
            }.joined(separator: " ")
        }
    }

    var calls: Int {
        rig.received.withLock { $0.count { $0.body.contains("tools/call") } }
    }
}

struct LiveTests {
    private static let policy = """
        version: "1"
        hide: [secret]
        tools:
          get: {rules: []}
          refund:
            rules:
              - name: cap
                conditions: [{path: args.amount, op: lte, value: 500}]
                on_deny: Refunds above 500 go through finance.
          ping:
            rules:
              - {name: pace, rate_limit: 5/day}
        """

    private static func script(_ seen: Received, _: Request) async -> Response {
        if seen.body.contains("server/discover") {
            return .result(#"{"supportedVersions":["2026-07-28"]}"#)
        }
        if seen.body.contains("tools/list") {
            let id = seen.body.contains(#""id":2"#) ? 2 : 1
            let tools = ["get", "refund", "ping", "secret", "other"].map { #"{"name":"\#($0)"}"# }
            return .rpc(
                #"{"jsonrpc":"2.0","id":\#(id),"result":{"tools":["#
                    + tools.joined(separator: ",") + "]}}")
        }
        return .result(Rig.done)
    }

    @Test func aGovernedCallEndToEnd() async throws {
        let desk = try await Desk(policy: Self.policy, script: Self.script)
        let list = try await desk.post(Say.plain("tools/list", modern: true), "tools/list", nil)
        #expect(list.body.contains("refund") && !list.body.contains("secret"))

        let allowed = try await desk.call("refund", #"{"amount":500}"#)
        #expect(allowed.status == 200 && allowed.body.contains("done"))
        let seen = try #require(desk.rig.received.withLock { $0.last })
        #expect(seen.headers["Authorization"] == "Bearer from-the-vault")
        #expect(!seen.body.contains(desk.token))

        let denied = try await desk.call("refund", #"{"amount":500.01}"#)
        #expect(denied.body.contains("[POLICY DENIED] Refunds above 500 go through finance."))
        let hidden = try await desk.call("secret")
        let unknown = try await desk.call("nobody")
        #expect(hidden.body == unknown.body.replacing("nobody", with: "secret"))
        #expect(desk.calls == 1)

        _ = try await desk.governance.grants.revoke(desk.grant.id, by: desk.change)
        let revoked = try await desk.call("get")
        #expect(revoked.status == 401)
        #expect(desk.calls == 1)
    }

    @Test func aLimitHoldsUnderABurst() async throws {
        let desk = try await Desk(policy: Self.policy, script: Self.script)
        let answers = try await withThrowingTaskGroup(of: Bool.self) { group in
            for _ in 0..<40 {
                group.addTask { try await desk.call("ping").body.contains("done") }
            }
            return try await group.reduce(into: [Bool]()) { $0.append($1) }
        }
        #expect(answers.count { $0 } == 5)
        #expect(desk.calls == 5)
        let limited = try await desk.call("ping")
        #expect(limited.body.contains("rate_limited") && limited.body.contains("retry_after"))
    }

    @Test func everyDecisionIsOnRecord() async throws {
        let desk = try await Desk(policy: Self.policy, script: Self.script)
        _ = try await desk.call("refund", #"{"amount":20}"#)
        _ = try await desk.call("refund", #"{"amount":900}"#)
        _ = try await desk.rig.send(
            .post, Say.call(), headers: Rig.media + [("Authorization", "Bearer x")])
        let entries = try await desk.recorded()
        #expect(entries.contains("outcome refund allow"))
        #expect(entries.contains("intent refund allow"))
        #expect(entries.contains("refused refund deny policy_denied"))
        #expect(entries.contains("refused refused unauthenticated"))
    }
}
