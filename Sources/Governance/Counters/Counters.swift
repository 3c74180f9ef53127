public import Core
public import Policy
internal import Postgres

/// Counters that are exact whatever happens at once: across calls, replicas and restarts.
///
/// A decision reads its counters under their rows' locks and adds to them before the locks are let
/// go. Calls of one tenant that come while a transaction is under way share the next one, each
/// deciding on what the one before it left.
public struct Counters: Sendable {
    private let database: Database
    private let batchers = Locked<[TenantID: Batcher<CounterJob, Bool>]>([:])

    init(database: Database) {
        self.database = database
    }

    /// Reads the planned counters, decides, and adds what the decision reserves, in one
    /// transaction. Without counters nothing is asked of the database.
    ///
    /// - Parameter decide: takes the counters' values for each plan, in order, and answers the
    ///   decision with what each plan reserves. Pure: it may run more than once.
    public func decide<Decision: Sendable>(
        _ tenant: TenantID, _ plans: [CounterPlan],
        _ decide:
            @escaping @Sendable ([[CounterRef: ExactDecimal]]) -> (
                Decision, [[Reservation]]
            )
    ) async throws(Failure) -> Counted<Decision> {
        guard plans.contains(where: { !$0.counters.isEmpty }) else {
            return Counted(decision: decide(plans.map { _ in [:] }).0, holds: [])
        }
        let outcome = Locked<Counted<Decision>?>(nil)
        let job = CounterJob(plans: plans) { values in
            let (decision, reservations) = decide(values)
            let holds = zip(plans, reservations).flatMap { plan, reserved in
                reserved.map {
                    CounterHold(
                        keeper: plan.keeper, counter: $0.counter, increment: $0.increment)
                }
            }
            outcome.withLock { $0 = Counted(decision: decision, holds: holds) }
            return reservations.map { reserved in
                reserved.map { CounterChange(counter: $0.counter, amount: $0.increment) }
            }
        }
        _ = try await batcher(of: tenant).submit(job)
        guard let counted = outcome.withLock({ $0 }) else {
            throw Failure(.internal, "The call was not decided", detail: "counters: no outcome")
        }
        return counted
    }

    /// Gives back what a call that came to nothing had reserved: never below zero, never in
    /// another window than the one it was reserved in.
    public func release(_ tenant: TenantID, _ holds: [CounterHold]) async throws(Failure) {
        guard !holds.isEmpty else { return }
        let plans = holds.map { CounterPlan(keeper: $0.keeper, counters: [$0.counter]) }
        let job = CounterJob(plans: plans) { _ in
            holds.map { [CounterChange(counter: $0.counter, amount: -$0.increment)] }
        }
        _ = try await batcher(of: tenant).submit(job)
    }

    /// Drops the windows of a tenant that ended a while ago.
    func prune(_ tenant: TenantID, at now: Timestamp) async throws(Failure) {
        try await CounterStore.prune(
            tenant, endedBefore: now.adding(seconds: -Limits.counterKeepSeconds), in: database)
    }

    private func batcher(of tenant: TenantID) -> Batcher<CounterJob, Bool> {
        batchers.withLock { batchers in
            if let batcher = batchers[tenant] { return batcher }
            let batcher = Batcher<CounterJob, Bool>(
                aboardMax: Limits.countersPerFlight, waitingMax: Limits.lookUpsWaiting
            ) { [database] (jobs) async throws(Failure) in
                try await Counters.fly(jobs, tenant, database)
            }
            batchers[tenant] = batcher
            return batcher
        }
    }

    private static func fly(
        _ jobs: [CounterJob], _ tenant: TenantID, _ database: Database
    ) async throws(Failure) -> [Result<Bool, Failure>] {
        try await database.transaction(tenant: tenant) {
            (transaction) async throws(Failure) -> [Result<Bool, Failure>] in
            var ledger = CounterLedger(jobs)
            try await CounterStore.lock(&ledger, tenant, in: transaction)
            for job in jobs { ledger.run(job) }
            try await CounterStore.write(ledger, tenant, in: transaction)
            return jobs.map { _ in .success(true) }
        }
    }
}
