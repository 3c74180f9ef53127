import Core
import Foundation
import Governance
import HTTP
import Testing

@testable import Admin

/// The API's route table: who may do what, and that the documents say the same.
@Suite struct RouteTableTests {
    /// Role × route, as docs/routes.txt shows it to people. A new route without a line fails here;
    /// `BAILIWICK_WRITE_GOLDEN=1` writes the file anew for review.
    @Test func everyRouteIsListedWithItsRoles() throws {
        let lines = APIRoutes.all.map { endpoint in
            let roles = endpoint.permission.roles.map(\.rawValue).joined(separator: " ")
            return "\(endpoint.method.name) \(AdminAPI.prefix)\(endpoint.path)"
                + "  \(endpoint.permission.rawValue)  \(roles)"
        }
        let text = lines.joined(separator: "\n") + "\n"
        let file = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "../../docs/routes.txt")
        if ProcessInfo.processInfo.environment["BAILIWICK_WRITE_GOLDEN"] != nil {
            try Data(text.utf8).write(to: file)
        }
        let golden = try String(contentsOf: file, encoding: .utf8)
        #expect(text == golden)
    }

    @Test(arguments: Permission.allCases)
    func aRoleOutsideTheMatrixIsRefused(permission: Permission) {
        for role in Role.allCases {
            let principal = Principal(
                tenant: TenantID("t"), tenantSlug: "t", id: "p", name: "p", kind: .service,
                roles: [role])
            #expect(permission.isHeld(by: principal) == permission.roles.contains(role))
        }
    }

    @Test func policyManagersTouchNeitherCredentialsNorTokens() {
        let manager = Principal(
            tenant: TenantID("t"), tenantSlug: "t", id: "p", name: "p", kind: .member,
            roles: [.policyManager])
        let secret = ["/credential", "/grants", "/api-tokens", "/servers"]
        for endpoint in APIRoutes.all
        where endpoint.isWrite && secret.contains(where: { endpoint.path.hasPrefix($0) }) {
            #expect(!endpoint.permission.isHeld(by: manager), "\(endpoint.path)")
        }
    }

    @Test func theOpenAPIDocumentNamesEveryRouteAndResolves() throws {
        let document = OpenAPI.document(APIRoutes.all, prefix: AdminAPI.prefix)
        let json = try JSON.parse(document.serialized())
        var identifiers = Set<String>()
        for endpoint in APIRoutes.all {
            let operation = json["paths"]?.member(Array(endpoint.path.utf8))?
                .member(Array(endpoint.method.name.lowercased().utf8))
            let identifier = try #require(operation?["operationId"]?.string)
            #expect(identifiers.insert(identifier).inserted, "\(identifier) twice")
        }
        let schemas = try #require(json["components"]?["schemas"])
        for name in references(json) {
            #expect(schemas.member(Array(name.utf8)) != nil, "\(name) is not described")
        }
    }

    /// The names of all schemas that are referred to, at any depth.
    private func references(_ json: JSON) -> [String] {
        let own = json["$ref"]?.string.map { [String($0.split(separator: "/").last ?? "")] } ?? []
        return own + json.elements.flatMap(references)
            + json.members.flatMap { references($0.value) }
    }
}
