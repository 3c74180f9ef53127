internal import Core
internal import Governance

/// `tenant create`.
enum TenantCommands {
    static let create = Command(
        ["tenant", "create"], "makes a tenant",
        flags: [
            .init("slug", "SLUG", required: true, "stands in URLs; for good"),
            .init("name", "NAME", required: true, "as people call it"),
        ]
    ) { (invocation) async throws(CommandFailure) in
        let host = hostName(of: try Config(invocation).publicURL)
        let tenant = try await Domain.use(invocation) { (domain) async throws(CommandFailure) in
            do throws(Failure) {
                return try await domain.governance.tenants.create(
                    slug: invocation.required("slug"), name: invocation.required("name"),
                    host: host, requestID: domain.runtime.ids.next())
            } catch {
                throw CommandFailure(error)
            }
        }
        Terminal.out(
            invocation.json
                ? #"{"id":"\#(tenant.id.text)","slug":"\#(tenant.slug)"}"# : tenant.id.text)
    }

    /// The host of a URL, for the origin of the tenant's logs.
    private static func hostName(of url: String) -> String {
        let afterScheme = url.split(separator: "/", omittingEmptySubsequences: true).dropFirst()
        return String(afterScheme.first?.split(separator: ":").first ?? "localhost")
    }
}

extension Domain {
    /// The person at the command line, acting in the tenant of this slug.
    func commandLine(tenant slug: String) async throws(CommandFailure) -> Change {
        do throws(Failure) {
            let tenant = try await governance.tenants.find(slug: slug)
            let principal = Principal.commandLine(tenant: tenant.id, slug: slug)
            return Change(principal, requestID: runtime.ids.next())
        } catch {
            throw error.code == .notFound
                ? CommandFailure(.notFound, "there is no tenant `\(slug)`: see tenant create")
                : CommandFailure(error)
        }
    }
}
