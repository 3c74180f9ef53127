public import Core
internal import Postgres

/// The people of a tenant.
public struct Members: Sendable {
    let changes: ChangeRunner

    /// Makes a member. An address belongs to one member of a tenant.
    public func create(
        _ new: NewMember, by change: Change
    ) async throws(Failure) -> Changed<Member> {
        var problems = Problems()
        problems.text(new.name, "/name")
        problems.text(new.email, "/email", max: 254)
        if !isAddress(new.email) { problems.add("/email", "is an e-mail address") }
        if new.roles.isEmpty { problems.add("/roles", "holds at least one role") }
        try problems.check("The member cannot be made")
        do {
            return try await changes.perform(
                change,
                replay: { (id, transaction) async throws(Failure) in
                    try await read(id, change.tenant, in: transaction)
                },
                body: { (transaction, now) async throws(Failure) in
                    let member = Member(
                        id: changes.ids.next(), email: new.email, name: new.name,
                        roles: new.roles, version: 1, createdAt: now)
                    try await MemberStore.insert(
                        member, passwordHash: new.passwordHash, change.tenant, in: transaction)
                    return ChangeRunner.Effect(
                        object: member,
                        event: AdminEvent(
                            action: "member.create", objectKind: "member", objectID: member.id,
                            after: member.recorded))
                })
        } catch  where error.constraint == "principals_tenant_id_email_digest_key" {
            throw Failure(
                .conflict, "A member with this e-mail address exists already",
                errors: [Failure.Field(pointer: "/email", detail: "is taken")])
        }
    }

    private func read(
        _ id: String, _ tenant: TenantID, in transaction: Transaction
    ) async throws(Failure) -> Member {
        guard let member = try await MemberStore.get(id, tenant, in: transaction) else {
            throw .noSuch("member")
        }
        return member
    }

    /// One `@` with something before and after it; the rest only its mail server can judge.
    private func isAddress(_ text: String) -> Bool {
        let parts = text.utf8.split(
            separator: UInt8(ascii: "@"), omittingEmptySubsequences: false)
        return parts.count == 2 && parts.allSatisfy { !$0.isEmpty }
            && !text.utf8.contains(UInt8(ascii: " "))
    }
}

extension Member {
    var recorded: JSONValue {
        [
            "email": .string(email), "name": .string(name),
            "roles": .array(roles.map { .string($0.rawValue) }),
        ]
    }
}
