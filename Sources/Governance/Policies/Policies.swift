public import Core
internal import Postgres

/// Policies and their versions. What does not compile is not saved.
public struct Policies: Sendable {
    let changes: ChangeRunner

    /// Saves version 1, which is active at once. Everything wrong with the document is reported,
    /// each with its place.
    public func create(
        name: String, document: String, by change: Change
    ) async throws(Failure) -> Changed<StoredPolicy> {
        var problems = Problems()
        problems.text(name, "/name")
        try check(document, problems)
        return try await changes.perform(
            change,
            replay: { (id, transaction) async throws(Failure) in
                try await read(id, change.tenant, in: transaction)
            },
            body: { (transaction, now) async throws(Failure) in
                let policy = StoredPolicy(
                    id: changes.ids.next(), name: name, activeVersion: 1, latestVersion: 1,
                    version: 1, createdAt: now, updatedAt: now)
                try await PolicyStore.insert(policy, change.tenant, in: transaction)
                try await insert(document, 1, of: policy.id, by: change, now, in: transaction)
                return effect("policy.create", nil, policy, id: policy.id)
            })
    }

    /// Saves the next version. It becomes active by `activate`, not before.
    public func addVersion(
        _ id: String, document: String, by change: Change
    ) async throws(Failure) -> Changed<PolicyVersion> {
        try requireID(id, "policy")
        try check(document, Problems())
        return try await changes.perform(
            change,
            replay: { (key, transaction) async throws(Failure) in
                let number = Int(key.split(separator: "/").last ?? "") ?? 0
                return try await readVersion(number, of: id, change.tenant, in: transaction)
            },
            body: { (transaction, now) async throws(Failure) in
                let before = try await read(id, change.tenant, in: transaction)
                let after = before.with(
                    active: before.activeVersion, latest: before.latestVersion + 1, at: now)
                try await PolicyStore.update(after, change.tenant, in: transaction)
                let version = try await insert(
                    document, after.latestVersion, of: id, by: change, now, in: transaction)
                let event = AdminEvent(
                    action: "policy.version", objectKind: "policy",
                    objectID: "\(id)/\(version.number)", before: before.recorded,
                    after: after.recorded,
                    details: [JSONValue.Member("version", .int(version.number))])
                return ChangeRunner.Effect(object: version, event: event, scope: .tokens([]))
            })
    }

    /// Makes a version the one that attachments to `active` follow, from the next call on.
    public func activate(
        _ id: String, number: Int, ifVersion: Int, by change: Change
    ) async throws(Failure) -> Changed<StoredPolicy> {
        try requireID(id, "policy")
        return try await changes.perform(
            change,
            replay: { (id, transaction) async throws(Failure) in
                try await read(id, change.tenant, in: transaction)
            },
            body: { (transaction, now) async throws(Failure) in
                let before = try await read(id, change.tenant, in: transaction)
                guard before.version == ifVersion else { throw .changedMeanwhile("policy") }
                guard (1...before.latestVersion).contains(number) else {
                    throw Failure(
                        .invalid, "The policy has no version \(number)",
                        errors: [
                            Failure.Field(
                                pointer: "/version", detail: "is 1 to \(before.latestVersion)")
                        ])
                }
                let after = before.with(active: number, latest: before.latestVersion, at: now)
                try await PolicyStore.update(after, change.tenant, in: transaction)
                return effect("policy.activate", before, after, id: id)
            })
    }

    public func get(_ tenant: TenantID, _ id: String) async throws(Failure) -> StoredPolicy {
        try requireID(id, "policy")
        guard let policy = try await PolicyStore.get(id, tenant, in: changes.database) else {
            throw .noSuch("policy")
        }
        return policy
    }

    public func list(
        _ tenant: TenantID, _ page: PageRequest
    ) async throws(Failure) -> Page<StoredPolicy> {
        let policies = try await PolicyStore.list(
            tenant, after: try page.afterID(), limit: page.limit + 1, in: changes.database)
        return Page(of: policies, limit: page.limit) { $0.id }
    }

    public func version(
        _ tenant: TenantID, _ id: String, number: Int
    ) async throws(Failure) -> PolicyVersion {
        try requireID(id, "policy")
        let version = try await PolicyStore.version(
            number, of: id, tenant, in: changes.database)
        guard let version else { throw .noSuch("policy version") }
        return version
    }

    public func versions(
        _ tenant: TenantID, _ id: String, _ page: PageRequest
    ) async throws(Failure) -> Page<PolicyVersion> {
        _ = try await get(tenant, id)
        guard let after = Int(page.token ?? "0") else {
            throw Failure(.invalid, "The page token is not one this list gave out")
        }
        let versions = try await PolicyStore.versions(
            of: id, tenant, after: after, limit: page.limit + 1, in: changes.database)
        return Page(of: versions, limit: page.limit) { String($0.number) }
    }

    @discardableResult
    private func insert(
        _ document: String, _ number: Int, of id: String, by change: Change, _ now: Timestamp,
        in transaction: Transaction
    ) async throws(Failure) -> PolicyVersion {
        let version = PolicyVersion(
            policyID: id, number: number, document: document, author: change.principal.id,
            reason: change.reason ?? "", createdAt: now)
        try await PolicyStore.insert(version, change.tenant, in: transaction)
        return version
    }

    private func check(_ document: String, _ others: Problems) throws(Failure) {
        var problems = others
        for issue in PolicyCompiler.issues(of: document) {
            problems.add(issue.pointer, issue.detail)
        }
        try problems.check("The policy cannot be saved")
    }

    private func effect(
        _ action: String, _ before: StoredPolicy?, _ after: StoredPolicy, id: String
    ) -> ChangeRunner.Effect<StoredPolicy> {
        ChangeRunner.Effect(
            object: after,
            event: AdminEvent(
                action: action, objectKind: "policy", objectID: id, before: before?.recorded,
                after: after.recorded,
                details: [JSONValue.Member("version", .int(after.activeVersion))]))
    }

    private func read(
        _ id: String, _ tenant: TenantID, in transaction: Transaction
    ) async throws(Failure) -> StoredPolicy {
        guard let policy = try await PolicyStore.get(id, tenant, in: transaction) else {
            throw .noSuch("policy")
        }
        return policy
    }

    private func readVersion(
        _ number: Int, of id: String, _ tenant: TenantID, in transaction: Transaction
    ) async throws(Failure) -> PolicyVersion {
        guard let version = try await PolicyStore.version(number, of: id, tenant, in: transaction)
        else { throw .noSuch("policy version") }
        return version
    }
}

extension StoredPolicy {
    var recorded: JSONValue {
        [
            "name": .string(name), "active_version": .int(activeVersion),
            "latest_version": .int(latestVersion),
        ]
    }

    func with(active: Int, latest: Int, at now: Timestamp) -> StoredPolicy {
        StoredPolicy(
            id: id, name: name, activeVersion: active, latestVersion: latest,
            version: version + 1, createdAt: createdAt, updatedAt: now)
    }
}
