// A connection lent to one transaction.
internal import Core

/// Someone who waits for a connection. Confined to the shard's reactor.
// SAFETY: created anywhere, then touched on the shard's thread only.
final class LeaseRequest: @unchecked Sendable {
    var since: UInt64 = 0
    private var answer: ((Result<Lease, Failure>) -> Void)?
    private var early: Result<Lease, Failure>?

    /// The outcome may have come before: a cancellation overtakes the request.
    func whenConcluded(_ answer: @escaping (Result<Lease, Failure>) -> Void) {
        if let early { return answer(early) }
        self.answer = answer
    }

    var isConcluded: Bool { early != nil }

    func conclude(_ outcome: Result<Lease, Failure>) {
        guard early == nil else { return }
        early = outcome
        answer?(outcome)
        answer = nil
    }
}

/// The transaction block on a lent connection: opened by its first statement, ended once.
// SAFETY: everything but the constants is touched on the shard's thread only.
final class Lease: @unchecked Sendable {
    let shard: Shard
    private let connection: Connection
    private let slot: Int
    private var hasBegun = false
    private var isOver = false
    private var failure: Failure?

    init(_ shard: Shard, _ connection: Connection, _ slot: Int) {
        self.shard = shard
        self.connection = connection
        self.slot = slot
    }

    /// A step of the block; the first one brings BEGIN and the tenant in the same round trip.
    func step(
        _ queries: [Query], tenant: TenantID?, timeoutNanoseconds: UInt64,
        _ answer: @escaping (Unit.Answer) -> Void
    ) {
        if isOver {
            let misuse = Failure(.internal, "A transaction was used after it ended.")
            return answer(.failure(misuse))
        }
        if let failure { return answer(.failure(failure)) }
        var controls: [StaticString] = []
        var queries = queries
        var skip = 0
        if !hasBegun {
            hasBegun = true
            controls = ["BEGIN"]
            if let tenant { queries.insert(.settingTenant(tenant), at: 0) }
            skip = tenant == nil ? 1 : 2
        }
        let unit = Unit(
            .step, controls: controls, queries: queries, skip: skip,
            timeoutNanoseconds: timeoutNanoseconds, now: shard.now
        ) { outcome in
            if case .failure(let failure) = outcome, self.failure == nil { self.failure = failure }
            answer(outcome)
        }
        shard.submit(unit, over: connection)
    }

    /// Commits, or rolls back when the body failed, is cancelled or hid a failure. Answers the
    /// failure to report, nil after a commit. The connection goes back in every case.
    func end(
        commit: Bool, timeoutNanoseconds: UInt64, _ answer: @escaping (Failure?) -> Void
    ) {
        isOver = true
        guard hasBegun else {
            shard.giveBack(connection, slot)
            return answer(nil)
        }
        let commits = commit && failure == nil
        let unit = Unit(
            .commit, controls: [commits ? "COMMIT" : "ROLLBACK"],
            timeoutNanoseconds: timeoutNanoseconds, now: shard.now
        ) { outcome in
            self.shard.giveBack(self.connection, self.slot)
            guard commits else { return answer(self.failure) }
            switch outcome {
            case .failure(let failure): answer(failure)
            case .success(let results):
                // The server answers COMMIT of a broken block with ROLLBACK.
                let isDurable = results.first?.isCommit ?? false
                answer(isDurable ? nil : Failure(.internal, "A transaction was rolled back."))
            }
        }
        shard.submit(unit, over: connection)
    }
}
