public import Core

/// A person who signs in. The password is kept as an argon2id hash and never read back.
public struct Member: Sendable, Equatable {
    public let id: String
    public let email: String
    public let name: String
    public let roles: [Role]
    public let version: Int
    public let createdAt: Timestamp
}
