// What a transaction's body may do.
public import Core

/// An open transaction. It cannot begin another one, and is of no use after its body returned.
public struct Transaction: Sendable {
    public func query(_ query: Query) async throws(Failure) -> [Row] {
        throw Failure(.unavailable, "The database is not reachable.")
    }

    /// Answers how many rows were written.
    @discardableResult
    public func execute(_ query: Query) async throws(Failure) -> Int {
        throw Failure(.unavailable, "The database is not reachable.")
    }

    /// Several statements in one round trip.
    public func batch(_ queries: [Query]) async throws(Failure) -> [[Row]] {
        throw Failure(.unavailable, "The database is not reachable.")
    }
}
