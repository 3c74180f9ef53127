public import Core

public enum AgentKind: String, Sendable, CaseIterable {
    case agent, person, job
}

/// Whoever acts through grants.
public struct Agent: Sendable, Equatable {
    public let id: String
    public let name: String
    public let kind: AgentKind
    public let environment: String
    /// A member's id or e-mail: who answers for it.
    public let owner: String
    public let labels: [String: String]
    public let version: Int
    public let createdAt: Timestamp
    public let updatedAt: Timestamp
}

/// What a new agent is made of, unchecked.
public struct NewAgent: Sendable {
    public var name: String
    public var kind: String
    public var environment: String
    public var owner: String
    public var labels: [String: String]

    public init(
        name: String, kind: String = "agent", environment: String = "", owner: String = "",
        labels: [String: String] = [:]
    ) {
        self.name = name
        self.kind = kind
        self.environment = environment
        self.owner = owner
        self.labels = labels
    }
}
