/// What a new member is made of, unchecked.
public struct NewMember: Sendable {
    public var email: String
    public var name: String
    public var roles: [Role]
    /// From `Password.hash`, computed off the reactors; nil when the member cannot sign in by
    /// password.
    public var passwordHash: String?

    public init(email: String, name: String, roles: [Role], passwordHash: String? = nil) {
        self.email = email
        self.name = name
        self.roles = roles
        self.passwordHash = passwordHash
    }
}
