public import Core

/// An API token's public half. The secret is shown once, when it is made, and kept as a hash.
public struct APIToken: Sendable, Equatable {
    /// The token's own 12 characters, as they stand in `bwk_<id>_…`.
    public let id: String
    public let name: String
    public let principalID: String
    public let roles: [Role]
    public let expiresAt: Timestamp?
    public let revokedAt: Timestamp?
    public let createdAt: Timestamp
}
