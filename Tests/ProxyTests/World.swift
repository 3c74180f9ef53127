// What stands behind the gateway in these tests: one grant at one server, its rules as closures,
// and a log in memory that can be made to fail.
import Core
import HTTP
import Policy
import Proxy
import Vault

@testable import Governance

/// The state that a test sets and reads.
final class World: Sendable {
    struct State {
        var records: [CallRecord] = []
        var payloads: [ArgumentPayload] = []
        var strangers: [CallRecord] = []
        var standings: [String: ToolStanding] = ["hide": .hidden, "new": .quarantined]
        var tools = ["get", "refund", "progress"]
        var schemas: [String: String] = [:]
        var decide: @Sendable (PolicyCall) -> Verdict = { _ in
            Verdict(decision: Decision(.allow, stage: .approval))
        }
        var releases = 0
        var hasPolicy = true
        var isDiscovered = true
        var isLive = true
        /// The kinds of record that cannot be written.
        var failing: Set<CallRecord.Kind> = []
        var saved: [DiscoveredTool] = []
    }

    let state = Locked(State())
    static let token = "good-token"
    static let otherToken = "other-grant"
    let keys: TenantKeys

    init() throws {
        let key = DataKey.generate(tenant: TenantID("t-1"), entropy: .live)
        keys = try TenantKeys([key])
    }

    func set(_ change: (inout State) -> Void) { state.withLock { change(&$0) } }
    func get<T>(_ read: (State) -> T) -> T { state.withLock { read($0) } }

    /// The records in the order written, in words: `intent tools/call get allow`.
    var story: [String] {
        return self.get { state in
            state.records.map { record in
                let words: [String?] = [
                    record.kind.rawValue, record.method, record.tool,
                    record.outcome?.rawValue ?? record.decision.rawValue, record.code,
                ]
                return words.compactMap { $0 }.joined(separator: " ")
            }
        }
    }

    func governed(at upstream: UpstreamServer) -> Governed {
        Governed(
            admit: { [self] (token, tenant, server) async throws(Failure) in
                let holder: Holder
                switch String(decoding: token, as: UTF8.self) {
                case Self.token:
                    holder = Holder(tenant: TenantID("t-1"), grant: "g-1", agent: "a-1")
                case Self.otherToken:
                    holder = Holder(tenant: TenantID("t-1"), grant: "g-2", agent: "a-1")
                default: return .stranger
                }
                guard tenant == "acme", server == "desk" else { return .elsewhere(holder) }
                return .admitted(Visitor(self, holder, upstream))
            },
            tenant: { (slug) async throws(Failure) in slug == "acme" ? TenantID("t-1") : nil },
            append: { [self] (record, payload, _) async throws(Failure) in
                try append(record, payload)
            },
            appendStranger: { [self] (record) async throws(Failure) in
                state.withLock { $0.strangers.append(record) }
            },
            saveDiscovery: { [self] (_, tools) async throws(Failure) in
                state.withLock { state in
                    state.saved = tools
                    state.tools = tools.map { String(decoding: $0.name, as: UTF8.self) }
                    state.isDiscovered = true
                }
            })
    }

    private func append(_ record: CallRecord, _ payload: ArgumentPayload?) throws(Failure) {
        let isFailing = state.withLock { state in
            if state.failing.contains(record.kind) { return true }
            state.records.append(record)
            if let payload { state.payloads.append(payload) }
            return false
        }
        if isFailing { throw Failure(.auditUnavailable, "no log") }
    }
}

/// The access of one request.
private final class Visitor: Access {
    let world: World
    let holder: Holder
    let upstream: UpstreamServer
    let hasPolicy: Bool
    let isDiscovered: Bool

    init(_ world: World, _ holder: Holder, _ upstream: UpstreamServer) {
        self.world = world
        self.holder = holder
        self.upstream = upstream
        (hasPolicy, isDiscovered) = world.get { ($0.hasPolicy, $0.isDiscovered) }
    }

    var keys: TenantKeys { world.keys }

    func standing(of tool: [UInt8]) -> ToolStanding {
        let name = String(decoding: tool, as: UTF8.self)
        return world.get { $0.standings[name] ?? ($0.tools.contains(name) ? .active : .unknown) }
    }

    func definitionHash(of tool: [UInt8]) -> [UInt8]? {
        world.get { $0.schemas[String(decoding: tool, as: UTF8.self)] }.map { Array($0.utf8) }
    }

    func definition(of tool: [UInt8]) async throws(Failure) -> [UInt8]? {
        definitionHash(of: tool).map { Array(#"{"inputSchema":"#.utf8) + $0 + Array("}".utf8) }
    }

    func schemaKnows(_ key: [UInt8], of tool: [UInt8]) -> Bool { true }

    func decide(_ call: PolicyCall, id: String) async throws(Failure) -> Verdict {
        var verdict = world.get { $0.decide }(call)
        let world = world
        verdict.release = { world.set { $0.releases += 1 } }
        return verdict
    }

    func credential() async throws(Failure) -> [InjectedHeader] {
        [
            InjectedHeader(
                name: Array("authorization".utf8),
                value: Secret(copying: Array("Bearer vault-secret".utf8)))
        ]
    }

    func isLive() async -> Bool { world.get { $0.isLive } }
}
