public import Core
public import Vault

/// What is put on record about one MCP request: before it takes effect (`intent`), after it
/// (`outcome`), or instead (`refused`). Metadata and decisions only; argument values never stand
/// here.
///
/// Texts are bounded when the entry is written (`Limits.auditTextBytesMax`), so no caller can make
/// an entry too large.
public struct CallRecord: Sendable {
    public enum Kind: String, Sendable, CaseIterable { case intent, outcome, refused }

    public enum Decision: String, Sendable, CaseIterable { case allow, deny, approve, refused }

    /// How a forwarded call ended. `unknown`: it may have had its effect.
    public enum Outcome: String, Sendable, CaseIterable { case success, failed, unknown }

    /// What one policy said.
    public struct PolicyOutcome: Sendable, Equatable {
        public var layer: Layer
        public var id: String
        public var version: Int64
        public var mode: AttachmentMode
        public var outcome: Decision
        public var rule: String?

        public init(
            layer: Layer, id: String, version: Int64, mode: AttachmentMode, outcome: Decision,
            rule: String? = nil
        ) {
            self.layer = layer
            self.id = id
            self.version = version
            self.mode = mode
            self.outcome = outcome
            self.rule = rule
        }
    }

    /// What may be told about a result: its serialised size, the kinds of its content blocks in
    /// order of first appearance, and whether the tool called it an error.
    public struct Result: Sendable, Equatable {
        public var bytes: Int
        public var kinds: [String]
        public var isError: Bool

        public init(bytes: Int, kinds: [String] = [], isError: Bool = false) {
            self.bytes = bytes
            self.kinds = kinds
            self.isError = isError
        }
    }

    /// UUIDv7 from `IDGenerator`: the entry's own.
    public let id: String
    public let kind: Kind
    public let time: Timestamp
    /// `.platform` when the path names no tenant.
    public let tenant: TenantID
    /// Our call id: the id of the call's first entry. Its argument rows are kept under it.
    public let call: String

    public var decision: Decision
    /// The product's word for why, from `Failure.Code` or the policy's vocabulary.
    public var code: String?
    /// The rule that decided, and its policy.
    public var rule: String?
    public var policy: String?
    public var policyVersion: Int64?
    public var policies: [PolicyOutcome] = []

    /// Ids; the server by its slug.
    public var grant: String?
    public var agent: String?
    public var server: String?
    public var method: String?
    public var tool: String?
    /// The protocol's era (`legacy`, `modern`) and revision (`2025-11-25`).
    public var era: String?
    public var revision: String?
    public var requestID: String?
    /// The peer's address, for refusals without a principal.
    public var source: String?

    /// The commitment to the argument rows; `ArgumentPayload.summary`.
    public var payload: PayloadSummary = .empty

    // Outcomes
    public var outcome: Outcome?
    public var result: Result?
    public var upstreamStatus: Int?
    public var latencyMicroseconds: Int?

    /// How many requests this entry stands for (aggregated refusals).
    public var count = 1

    /// The first entry of a call; `id` is the call's id, too.
    public init(
        _ kind: Kind, id: String, time: Timestamp, tenant: TenantID, decision: Decision,
        code: String? = nil
    ) {
        self.id = id
        self.kind = kind
        self.time = time
        self.tenant = tenant
        self.call = id
        self.decision = decision
        self.code = code
    }

    /// The outcome of a call whose intent is on record: everything known of it is repeated.
    public init(
        outcome: Outcome, of intent: CallRecord, id: String, time: Timestamp, code: String? = nil
    ) {
        self.id = id
        kind = .outcome
        self.time = time
        tenant = intent.tenant
        call = intent.call
        decision = intent.decision
        self.code = code ?? intent.code
        rule = intent.rule
        policy = intent.policy
        policyVersion = intent.policyVersion
        policies = intent.policies
        grant = intent.grant
        agent = intent.agent
        server = intent.server
        method = intent.method
        tool = intent.tool
        era = intent.era
        revision = intent.revision
        requestID = intent.requestID
        source = intent.source
        payload = intent.payload
        self.outcome = outcome
    }
}

/// What an entry holds of the argument rows: how many there are, the key of their MACs, and the
/// root they hash to (see `ArgumentPayload`).
public struct PayloadSummary: Sendable, Equatable {
    public let root: Digest
    public let count: Int
    public let key: KeyID?
    /// Base64, as entries write it: made once, written with intent and outcome.
    let rootText: String

    init(root: Digest, count: Int, key: KeyID?) {
        rootText = root.base64
        self.root = root
        self.count = count
        self.key = key
    }
}
