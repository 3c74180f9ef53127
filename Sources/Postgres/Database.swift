// The database as the rest of the program sees it.
public import Core

public final class Database: Sendable {
    let unreachable = Failure(.unavailable, "The database is not reachable.")

    init() {}

    /// One statement in a round trip and an implicit transaction of its own.
    public func query(
        _ query: Query, tenant: TenantID?, timeoutNanoseconds: UInt64? = nil
    ) async throws(Failure) -> [Row] {
        throw unreachable
    }

    /// As `query`; answers how many rows were written.
    @discardableResult
    public func execute(
        _ query: Query, tenant: TenantID?, timeoutNanoseconds: UInt64? = nil
    ) async throws(Failure) -> Int {
        throw unreachable
    }

    /// Several statements in one round trip and one implicit transaction: all or none.
    public func batch(
        _ queries: [Query], tenant: TenantID?, timeoutNanoseconds: UInt64? = nil
    ) async throws(Failure) -> [[Row]] {
        throw unreachable
    }

    /// BEGIN, `body`, COMMIT on a connection of its own; an error or a cancellation rolls back.
    public nonisolated(nonsending) func transaction<Value: Sendable>(
        tenant: TenantID?,
        _ body: nonisolated(nonsending) (Transaction) async throws(Failure) -> Value
    ) async throws(Failure) -> Value {
        throw unreachable
    }
}
