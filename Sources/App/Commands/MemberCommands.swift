internal import Core
internal import Governance
internal import Vault

/// `admin create`.
enum MemberCommands {
    private static let passwordBytesMin = 12

    static let create = Command(
        ["admin", "create"], "makes an administrator; the password stands on standard input",
        flags: [
            .init("tenant", "SLUG", required: true, "whose"),
            .init("email", "ADDRESS", required: true, "how they sign in"),
            .init("name", "NAME", required: true, "as people call them"),
        ]
    ) { (invocation) async throws(CommandFailure) in
        guard let line = Terminal.readLine(), line.utf8.count >= passwordBytesMin else {
            throw CommandFailure(
                .usage,
                "a password of at least \(passwordBytesMin) bytes is expected on standard input"
            )
        }
        let hash: String
        do throws(Failure) {
            hash = try Password.hash(Secret(copying: Array(line.utf8)))
        } catch {
            throw CommandFailure(error)
        }
        let id = try await Domain.use(invocation) { (domain) async throws(CommandFailure) in
            let change = try await domain.commandLine(tenant: invocation.required("tenant"))
            do throws(Failure) {
                let member = NewMember(
                    email: invocation.required("email"), name: invocation.required("name"),
                    roles: [.admin], passwordHash: hash)
                return try await domain.governance.members.create(member, by: change).object.id
            } catch {
                throw CommandFailure(error)
            }
        }
        let email = invocation.required("email")
        Terminal.note("\(email) is an administrator")
        if invocation.json { Terminal.out(["id": .string(id), "email": .string(email)]) }
    }
}
