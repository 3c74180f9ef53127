internal import Core
internal import Governance
internal import Vault

/// `token create`: an API token of the service principal of that name, made or used again.
enum TokenCommands {
    static let create = Command(
        ["token", "create"], "mints an API token and prints it, once",
        flags: [
            .init("tenant", "SLUG", required: true, "whose"),
            .init("role", "ROLE", required: true, "what it may do; several with commas"),
            .init("name", "NAME", required: true, "the service it is for"),
            .init("expires", "TIME", "when it ends, as 2027-01-31T12:00:00Z"),
        ]
    ) { (invocation) async throws(CommandFailure) in
        var expiresAt: Timestamp?
        if let text = invocation.values["expires"] {
            guard let time = Timestamp(rfc3339: text) else {
                throw CommandFailure(.usage, "--expires takes a time as 2027-01-31T12:00:00Z")
            }
            expiresAt = time
        }
        let roles = invocation.required("role").split(separator: ",").map(String.init)
        let new = NewAPIToken(
            name: invocation.required("name"), roles: roles, expiresAt: expiresAt)
        let minted = try await Domain.use(invocation) { (domain) async throws(CommandFailure) in
            let change = try await domain.commandLine(tenant: invocation.required("tenant"))
            do throws(Failure) {
                return try await domain.governance.apiTokens.mint(new, by: change)
            } catch {
                throw CommandFailure(error)
            }
        }
        guard let token = minted.token?.withBytes({ String(decoding: $0, as: UTF8.self) }) else {
            throw CommandFailure(.failed, "no token was made")
        }
        guard invocation.json else { return Terminal.out(token) }
        Terminal.out(["id": .string(minted.object.id), "token": .string(token)])
    }
}
