public import Core
internal import Postgres
internal import Vault

/// API tokens: made, listed, revoked, and read at the door of the control plane.
public struct APITokens: Sendable {
    let changes: ChangeRunner
    let entropy: Entropy
    private let lookUps: Batcher<String, APITokenStore.Known?>

    init(changes: ChangeRunner, entropy: Entropy) {
        self.changes = changes
        self.entropy = entropy
        let database = changes.database
        lookUps = Batcher(
            aboardMax: Limits.lookUpsPerFlight, waitingMax: Limits.lookUpsWaiting
        ) { (ids) async throws(Failure) in
            let answers = try await database.batch(
                ids.flatMap { APITokenStore.lookUp($0) }, tenant: nil)
            var known: [Result<APITokenStore.Known?, Failure>] = []
            for (index, id) in ids.enumerated() {
                let row = answers[index * 2 + 1].first
                known.append(
                    .success(
                        try row.map { (row) throws(Failure) in
                            try APITokenStore.decodeKnown(row, tokenID: id)
                        }))
            }
            return known
        }
    }

    /// Whoever the token speaks for. Malformed, unknown, expired and revoked tokens are refused in
    /// the same words (`.unauthenticated`).
    public func authenticate(_ text: [UInt8]) async throws(Failure) -> Principal {
        guard let token = Token.parse(text), token.kind == .api else { throw .badAPIToken }
        let known = try await lookUps.submit(token.id)
        guard let known, let hash = Digest(known.hash), hash == token.hash, !known.isRevoked
        else { throw .badAPIToken }
        if let expiresAt = known.expiresAt, expiresAt <= changes.clock.now() {
            throw .badAPIToken
        }
        return known.principal
    }

    /// Makes a token for its maker or for a service principal, which is made or reused by name.
    public func mint(
        _ new: NewAPIToken, by change: Change
    ) async throws(Failure) -> Minted<APIToken> {
        let roles = try check(new, by: change)
        let minted = Token.mint(.api, entropy: entropy)
        let changed = try await changes.perform(
            change,
            replay: { (id, transaction) async throws(Failure) in
                try await read(id, change.tenant, in: transaction)
            },
            body: { (transaction, now) async throws(Failure) in
                var owner = change.principal.id
                if new.forService {
                    owner = try await MemberStore.serviceID(
                        named: new.name, orMake: changes.ids.next(), change.tenant, at: now,
                        in: transaction)
                }
                let token = APIToken(
                    id: minted.token.id, name: new.name, principalID: owner, roles: roles,
                    expiresAt: new.expiresAt, revokedAt: nil, createdAt: now)
                try await APITokenStore.insert(
                    token, hash: minted.token.hash, maker: change.principal.id, change.tenant,
                    in: transaction)
                return ChangeRunner.Effect(
                    object: token,
                    event: AdminEvent(
                        action: "api_token.create", objectKind: "api_token", objectID: token.id,
                        after: token.recorded),
                    scope: .tokens([]))
            })
        return Minted(object: changed.object, token: changed.replayed ? nil : minted.text)
    }

    public func list(
        _ tenant: TenantID, _ page: PageRequest
    ) async throws(Failure) -> Page<APIToken> {
        let after = page.token ?? ""
        let tokens = try await APITokenStore.list(
            tenant, after: after, limit: page.limit + 1, in: changes.database)
        return Page(of: tokens, limit: page.limit) { $0.id }
    }

    /// Refused from the next request on.
    public func revoke(_ id: String, by change: Change) async throws(Failure) {
        _ = try await changes.perform(
            change,
            replay: { (id, transaction) async throws(Failure) in
                try await read(id, change.tenant, in: transaction)
            },
            body: { (transaction, now) async throws(Failure) in
                let before = try await read(id, change.tenant, in: transaction)
                try await APITokenStore.revoke(id, change.tenant, at: now, in: transaction)
                return ChangeRunner.Effect(
                    object: before,
                    event: AdminEvent(
                        action: "api_token.revoke", objectKind: "api_token", objectID: id,
                        before: before.recorded),
                    scope: .tokens([]))
            })
    }

    private func check(
        _ new: NewAPIToken, by change: Change
    ) throws(Failure) -> [Role] {
        var problems = Problems()
        problems.text(new.name, "/name")
        var roles: [Role] = []
        for (index, name) in new.roles.enumerated() {
            guard let role = problems.oneOf(name, "/roles/\(index)", as: Role.self) else {
                continue
            }
            if !change.principal.holds(role) {
                problems.add("/roles/\(index)", "is a role you do not hold yourself")
            }
            if !roles.contains(role) { roles.append(role) }
        }
        if new.roles.isEmpty { problems.add("/roles", "holds at least one role") }
        if let expiresAt = new.expiresAt, expiresAt <= changes.clock.now() {
            problems.add("/expires_at", "lies in the past")
        }
        if !new.forService, !isID(change.principal.id) || change.principal.kind == .commandLine {
            problems.add("/service", "is true for a token made here")
        }
        try problems.check("The API token cannot be made")
        return roles
    }

    private func read(
        _ id: String, _ tenant: TenantID, in transaction: Transaction
    ) async throws(Failure) -> APIToken {
        guard let token = try await APITokenStore.get(id, tenant, in: transaction) else {
            throw .noSuch("API token")
        }
        return token
    }
}

extension APIToken {
    var recorded: JSONValue {
        [
            "name": .string(name), "principal_id": .string(principalID),
            "roles": .array(roles.map { .string($0.rawValue) }),
        ]
    }
}

extension Failure {
    static let badAPIToken = Failure(
        .unauthenticated,
        "The API token is not valid: send `Authorization: Bearer bwk_…` with a current one")
}
