/// What may be changed about an agent; nil leaves a field as it is.
public struct AgentEdit: Sendable {
    public var name: String?
    public var kind: String?
    public var environment: String?
    public var owner: String?
    public var labels: [String: String]?

    public init(
        name: String? = nil, kind: String? = nil, environment: String? = nil,
        owner: String? = nil, labels: [String: String]? = nil
    ) {
        self.name = name
        self.kind = kind
        self.environment = environment
        self.owner = owner
        self.labels = labels
    }
}
