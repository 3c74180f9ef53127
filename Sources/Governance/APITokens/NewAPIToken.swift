public import Core

/// What a new API token is made of, unchecked.
public struct NewAPIToken: Sendable {
    public var name: String
    /// Role names; a maker can only give roles it holds.
    public var roles: [String]
    public var expiresAt: Timestamp?
    /// Whether the token speaks for a service principal of this name instead of its maker.
    public var forService: Bool

    public init(
        name: String, roles: [String], expiresAt: Timestamp? = nil, forService: Bool = true
    ) {
        self.name = name
        self.roles = roles
        self.expiresAt = expiresAt
        self.forService = forService
    }
}
