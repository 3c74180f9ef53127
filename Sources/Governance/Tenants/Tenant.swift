public import Core

/// A tenant: one organisation, whose rows nobody else sees or senses.
public struct Tenant: Sendable, Equatable {
    public let id: TenantID
    /// Stands in URLs; immutable and never used again.
    public let slug: String
    public let name: String
    /// `<host>/audit/<slug>`: the first line of its checkpoints, fixed for good.
    public let origin: String
    public let newTools: NewTools
    public let createdAt: Timestamp
}

/// What happens to a tool that appears, or changes its definition, after the first discovery.
public enum NewTools: String, Sendable {
    /// It is listed, and every call is denied until an administrator pins it.
    case quarantine
    case allow
}
