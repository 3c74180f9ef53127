// What the data plane asks about a caller. The live answers come from Governance's snapshots; the
// tests give their own.
public import Core
public import Governance
internal import HTTP
public import Policy
public import Vault

/// Whether a token opens a path.
public enum Admission: Sendable {
    /// No live grant has this token.
    case stranger
    /// The grant lives, but there is nothing for it at this path: no such tenant, no such server,
    /// or not its own. Which of them it is, is nobody's business.
    case elsewhere(Holder)
    case admitted(any Access)
}

/// Who holds a token.
public struct Holder: Sendable {
    public let tenant: TenantID
    /// The grant's id and its agent's.
    public let grant: String
    public let agent: String

    public init(tenant: TenantID, grant: String, agent: String) {
        self.tenant = tenant
        self.grant = grant
        self.agent = agent
    }
}

/// Where an upstream is.
public struct UpstreamServer: Sendable {
    /// The server's id and its slug.
    public let id: String
    public let slug: String
    let destination: Destination
    let target: [UInt8]

    /// Throws `.invalid` for an URL that is none, or plain `http` where private addresses are not
    /// allowed.
    public init(id: String, slug: String, url: String, allowPrivate: Bool) throws(Failure) {
        let url = try UpstreamURL(url)
        self.id = id
        self.slug = slug
        destination = try Destination(url, allowPrivate: allowPrivate)
        target = url.target
    }
}

/// How a tool stands for one grant at one server.
public enum ToolStanding: Sendable, Equatable {
    /// Not in the catalogue.
    case unknown
    /// A policy hides it: it must look unknown.
    case hidden
    /// Its definition awaits review.
    case quarantined
    case active
}

/// What is decided about one call.
public struct Verdict: Sendable {
    public var decision: Policy.Decision
    /// The deciding policy, when there is one.
    public var policy: String?
    public var policyVersion: Int64?
    /// What every attached policy said.
    public var policies: [CallRecord.PolicyOutcome]
    /// Gives back what the call reserved, for a call that was not executed.
    public var release: (@Sendable () async -> Void)?

    public init(
        decision: Policy.Decision, policy: String? = nil, policyVersion: Int64? = nil,
        policies: [CallRecord.PolicyOutcome] = [],
        release: (@Sendable () async -> Void)? = nil
    ) {
        self.decision = decision
        self.policy = policy
        self.policyVersion = policyVersion
        self.policies = policies
        self.release = release
    }
}

/// A grant at one of its servers, under the rules that held when the request arrived.
public protocol Access: AnyObject, Sendable {
    var holder: Holder { get }
    var upstream: UpstreamServer { get }
    /// Whether a policy is enforced on the grant; without one it may do nothing.
    var hasPolicy: Bool { get }
    /// Whether the server's tools were ever recorded.
    var isDiscovered: Bool { get }
    /// Keys of the tenant, for the record and for sessions.
    var keys: TenantKeys { get }

    func standing(of tool: [UInt8]) -> ToolStanding
    /// What names the definition of a tool of the catalogue.
    func definitionHash(of tool: [UInt8]) -> [UInt8]?
    /// That definition, as JSON.
    func definition(of tool: [UInt8]) async throws(Failure) -> [UInt8]?
    /// Whether the tool's pinned schema knows an argument key, for the record.
    func schemaKnows(_ key: [UInt8], of tool: [UInt8]) -> Bool
    /// Decides a call and reserves what it needs. Throws only when that cannot be found out.
    func decide(_ call: PolicyCall, id: String) async throws(Failure) -> Verdict
    /// The headers that carry the upstream's credential.
    func credential() async throws(Failure) -> [InjectedHeader]
    /// Whether the grant still lives, for streams that outlast a request.
    func isLive() async -> Bool
}

/// The rest of the product, as the data plane sees it.
public struct Governed: Sendable {
    /// Looks up a token, as it stands in the header, at `/mcp/{tenant}/{server}`.
    public typealias Admit =
        @Sendable (_ token: ArraySlice<UInt8>, _ tenant: String, _ server: String)
        async throws(Failure) -> Admission
    public typealias Append =
        @Sendable (CallRecord, ArgumentPayload?, TenantKeys?) async throws(Failure) -> Void

    public var admit: Admit
    /// The tenant of a slug, for the log that a refusal belongs to.
    public var tenant: @Sendable (_ slug: String) async throws(Failure) -> TenantID?
    /// Puts a record in its tenant's call log; returns when it is durable.
    public var append: Append
    /// Puts the refusal of somebody unknown on record, many as one.
    public var appendStranger: @Sendable (CallRecord) async throws(Failure) -> Void
    /// Records a server's tools for the first time.
    public var saveDiscovery: @Sendable (any Access, [DiscoveredTool]) async throws(Failure) -> Void

    public init(
        admit: @escaping Admit,
        tenant: @escaping @Sendable (String) async throws(Failure) -> TenantID?,
        append: @escaping Append,
        appendStranger: @escaping @Sendable (CallRecord) async throws(Failure) -> Void,
        saveDiscovery:
            @escaping @Sendable (any Access, [DiscoveredTool]) async throws(Failure) -> Void
    ) {
        self.admit = admit
        self.tenant = tenant
        self.append = append
        self.appendStranger = appendStranger
        self.saveDiscovery = saveDiscovery
    }
}
