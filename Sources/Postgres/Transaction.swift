// What a transaction's body may do.
public import Core

/// An open transaction. It cannot begin another one, and is of no use after its body returned.
///
/// After one statement failed, every further one fails with the same failure, and the end is a
/// rollback.
public struct Transaction: Sendable {
    private let lease: Lease
    private let tenant: TenantID?
    private let timeoutNanoseconds: UInt64

    init(_ lease: Lease, _ tenant: TenantID?, _ timeoutNanoseconds: UInt64) {
        self.lease = lease
        self.tenant = tenant
        self.timeoutNanoseconds = timeoutNanoseconds
    }

    public func query(_ query: Query) async throws(Failure) -> [Row] {
        try await step([query])[0].rows
    }

    /// Answers how many rows were written.
    @discardableResult
    public func execute(_ query: Query) async throws(Failure) -> Int {
        try await step([query])[0].affected
    }

    /// Several statements in one round trip.
    public func batch(_ queries: [Query]) async throws(Failure) -> [[Row]] {
        guard !queries.isEmpty else { return [] }
        return try await step(queries).map(\.rows)
    }

    private func step(_ queries: [Query]) async throws(Failure) -> [ResultSet] {
        guard !Task.isCancelled else {
            throw Failure(.cancelled, "Cancelled before the change was made.")
        }
        let (lease, tenant, timeout) = (lease, tenant, timeoutNanoseconds)
        let outcome: Unit.Answer = await withCheckedContinuation { continuation in
            lease.shard.onLoop {
                lease.step(queries, tenant: tenant, timeoutNanoseconds: timeout) {
                    continuation.resume(returning: $0)
                }
            }
        }
        return try outcome.get()
    }

    /// Answers the failure to report, nil after a commit or a plain rollback.
    func end(commit: Bool) async -> Failure? {
        let (lease, timeout) = (lease, timeoutNanoseconds)
        return await withCheckedContinuation { continuation in
            lease.shard.onLoop {
                lease.end(commit: commit, timeoutNanoseconds: timeout) {
                    continuation.resume(returning: $0)
                }
            }
        }
    }
}
