public import Core
public import Vault

/// A scoped permission to act, held by an agent as one or more tokens.
public struct Grant: Sendable, Equatable {
    public enum State: String, Sendable {
        case active, expired, revoked
    }

    public let id: String
    public let label: String
    public let agentID: String
    /// Slugs of the servers it may be used at.
    public let servers: [String]
    /// The policy that is enforced on it, if one is attached.
    public let policyID: String?
    public let readOnly: Bool
    public let labels: [String: String]
    public let expiresAt: Timestamp?
    public let revokedAt: Timestamp?
    /// To the nearest few minutes.
    public let lastUsedAt: Timestamp?
    public let version: Int
    public let createdAt: Timestamp

    public func state(at now: Timestamp) -> State {
        if revokedAt != nil { return .revoked }
        if let expiresAt, expiresAt <= now { return .expired }
        return .active
    }
}

/// What a new grant is made of, unchecked.
public struct NewGrant: Sendable {
    public var label: String
    public var agentID: String
    public var servers: [String]
    public var policyID: String?
    public var expiresAt: Timestamp?
    public var readOnly: Bool
    public var labels: [String: String]

    public init(
        label: String, agentID: String, servers: [String], policyID: String? = nil,
        expiresAt: Timestamp? = nil, readOnly: Bool = false, labels: [String: String] = [:]
    ) {
        self.label = label
        self.agentID = agentID
        self.servers = servers
        self.policyID = policyID
        self.expiresAt = expiresAt
        self.readOnly = readOnly
        self.labels = labels
    }
}

/// A freshly made object with its token: the only time the token is readable. A replay of the
/// request answers the same object without it.
public struct Minted<Object: Sendable>: Sendable {
    public let object: Object
    /// The whole token text; nil when this is a replay.
    public let token: Secret?
    public var replayed: Bool { token == nil }
}
