internal import Core
internal import Policy
internal import Postgres

/// Compiled policy versions. A version never changes, so what is compiled stays true for good; two
/// generations keep what is used and let the rest go.
final class PolicyCache: Sendable {
    private struct Key: Hashable, Sendable {
        let tenant: TenantID
        let policyID: String
        let version: Int
    }

    private struct State {
        var young: [Key: CompiledPolicy] = [:]
        var old: [Key: CompiledPolicy] = [:]

        mutating func find(_ key: Key) -> CompiledPolicy? {
            if let policy = young[key] { return policy }
            guard let policy = old.removeValue(forKey: key) else { return nil }
            insert(policy, key)
            return policy
        }

        mutating func insert(_ policy: CompiledPolicy, _ key: Key) {
            if young.count >= Limits.compiledPoliciesMax / 2 {
                old = young
                young = [:]
            }
            young[key] = policy
        }
    }

    private let database: Database
    private let state = Locked(State())

    init(database: Database) {
        self.database = database
    }

    func policy(
        _ id: String, version: Int, tenant: TenantID
    ) async throws(Failure) -> CompiledPolicy {
        let key = Key(tenant: tenant, policyID: id, version: version)
        if let policy = state.withLock({ $0.find(key) }) { return policy }
        guard let stored = try await PolicyStore.version(version, of: id, tenant, in: database)
        else {
            throw Failure(
                .internal, "The policy of this call cannot be read", detail: "no such version")
        }
        let policy = try PolicyCompiler.compile(stored.document)
        state.withLock { $0.insert(policy, key) }
        return policy
    }
}
