public import Core
public import Vault

/// What is put on record about a state change by a person, token or job: who, what, before → after
/// digest, reason. People stand by id, not by name: an id can lose its person, an entry cannot lose
/// a name.
public struct AdminRecord: Sendable {
    public let id: String
    public let time: Timestamp
    public let tenant: TenantID
    /// `server.create`, `grant.revoke`, `audit.read`: noun and verb.
    public let action: String

    public var actor: String
    public var actorKind: String
    public var roles: [String] = []
    /// The API token that spoke for the actor.
    public var token: String?
    /// What was changed: its kind and id.
    public var objectKind: String?
    public var object: String?
    /// SHA-256 over the object's canonical form before and after.
    public var before: Digest?
    public var after: Digest?
    public var reason: String?
    public var ticket: String?
    public var requestID: String?
    /// What was asked for, where that is no object: the filter of a read log.
    public var query: String?

    public init(
        _ action: String, id: String, time: Timestamp, by principal: Principal,
        requestID: String?, reason: String? = nil
    ) {
        self.id = id
        self.time = time
        self.tenant = principal.tenant
        self.action = action
        self.actor = principal.id
        self.actorKind = principal.kind.rawValue
        self.roles = principal.roles.map(\.rawValue)
        self.token = principal.tokenID
        self.requestID = requestID
        self.reason = reason
    }

    /// A record of one change, made under `change`.
    public init(_ action: String, id: String, time: Timestamp, change: Change) {
        self.init(
            action, id: id, time: time, by: change.principal, requestID: change.requestID,
            reason: change.reason)
    }

    /// RFC 8785, as for calls.
    public var entry: [UInt8] {
        var text = EntryText(capacity: 512)
        text.string(",\"action\":", action)
        text.id(",\"actor\":{\"id\":", actor)
        text.word(",\"kind\":", actorKind)
        text.literal(",\"roles\":[")
        for (index, role) in roles.prefix(16).enumerated() {
            text.string(index > 0 ? "," : "", role)
        }
        text.id("],\"token\":", token)
        text.literal("}")
        text.word(",\"after\":", after?.base64)
        text.word(",\"before\":", before?.base64)
        text.id(",\"id\":", id)
        text.word(",\"kind\":", "admin")
        text.string(",\"object\":{\"id\":", object)
        text.string(",\"kind\":", objectKind)
        text.literal("}")
        if query != nil { text.string(",\"query\":", query, max: Limits.auditQueryBytesMax) }
        text.string(",\"reason\":", reason, max: Limits.auditReasonBytesMax)
        text.string(",\"request_id\":", requestID)
        text.id(",\"tenant\":", tenant.text)
        text.string(",\"ticket\":", ticket)
        text.time(",\"time\":", time)
        text.literal(",\"v\":1")
        return text.finish()
    }
}
