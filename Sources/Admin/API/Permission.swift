internal import Governance

/// What a route asks of its caller. One literal matrix says which roles hold what; it drives the
/// router, the OpenAPI document and the role × route tests.
enum Permission: String, Sendable, CaseIterable {
    case view
    case managePolicies = "manage_policies"
    case manageGrants = "manage_grants"
    case manageServers = "manage_servers"
    case manageMembers = "manage_members"
    case readAdminLog = "read_admin_log"

    /// The roles that hold it.
    var roles: [Role] {
        switch self {
        case .view: Role.allCases
        case .managePolicies: [.admin, .policyManager]
        case .manageGrants, .manageServers, .manageMembers: [.admin]
        case .readAdminLog: [.admin, .auditor]
        }
    }

    func isHeld(by principal: Principal) -> Bool {
        roles.contains { principal.holds($0) }
    }
}
