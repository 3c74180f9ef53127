public import Core

/// What a principal may do is said by roles; a principal may hold several.
public enum Role: String, Sendable, CaseIterable {
    case admin
    case policyManager = "policy_manager"
    case approver
    case risk
    case auditor
    case viewer
}

/// Whoever acts on the control plane: a person, a service with an API token, or the command line.
public struct Principal: Sendable, Equatable {
    public enum Kind: String, Sendable {
        case member
        case service
        /// Whoever holds the machine and its configuration.
        case commandLine = "command_line"
    }

    public let tenant: TenantID
    /// The tenant's slug, as it stands in URLs.
    public let tenantSlug: String
    /// UUID text. Distinct principals count as distinct deciders.
    public let id: String
    public let name: String
    public let kind: Kind
    public let roles: [Role]
    /// The API token that spoke for the principal, if one did.
    public let tokenID: String?

    public init(
        tenant: TenantID, tenantSlug: String, id: String, name: String, kind: Kind, roles: [Role],
        tokenID: String? = nil
    ) {
        self.tenant = tenant
        self.tenantSlug = tenantSlug
        self.id = id
        self.name = name
        self.kind = kind
        self.roles = roles
        self.tokenID = tokenID
    }

    /// The person at the command line, acting inside one tenant.
    public static func commandLine(tenant: TenantID, slug: String) -> Principal {
        Principal(
            tenant: tenant, tenantSlug: slug, id: "00000000-0000-0000-0000-000000000000",
            name: "command line", kind: .commandLine, roles: Role.allCases)
    }

    public func holds(_ role: Role) -> Bool { roles.contains(role) }
}
