public import Core
public import Postgres
public import Vault

/// The one way onto the record for calls. An append returns when its entry is durably committed,
/// or fails within `Limits.auditCommitNanoseconds`: never neither, never later.
///
/// One writer a process; callers may be on any thread. Several processes may write one log: the
/// head's row lock puts their batches in a row.
public final class AuditWriter: Sendable {
    struct State {
        var queue = AuditQueue()
        var waiters: [UInt64: CheckedContinuation<Failure?, Never>] = [:]
        var nextNumber: UInt64 = 0
        /// Everyone who waits or waited lately, by deadline, which is the order of arrival.
        var deadlines: [(number: UInt64, deadline: UInt64)] = []
        var isWatching = false
        var doubts: [Doubt] = []
        var isSettling = false
        /// The months that have a payload partition for certain.
        var months: Set<Int> = []
    }

    let database: Database
    let clock: Clock
    let entropy: Entropy
    let runtime: AuditRuntime
    let log: Log
    let ids: IDGenerator
    let state = Locked(State())

    public init(
        database: Database, clock: Clock, entropy: Entropy, runtime: AuditRuntime, log: Log
    ) {
        self.database = database
        self.clock = clock
        self.entropy = entropy
        self.runtime = runtime
        self.log = log
        ids = IDGenerator(clock: clock, entropy: entropy)
    }

    /// Puts a call's record on record; `payload` (of the call's first entry) is sealed and stored
    /// in the same transaction.
    ///
    /// Throws `.auditUnavailable` when that cannot be done in time: then nothing may be forwarded,
    /// and no answer may leave. Appending the same record again is safe.
    public func append(
        _ record: CallRecord, payload: ArgumentPayload? = nil, keys: TenantKeys? = nil
    ) async throws(Failure) {
        var sealed: AuditEntry.SealedPayload?
        if let payload, payload.summary.count > 0, let keys {
            precondition(payload.id == record.call, "INVARIANT: a payload is its call's")
            sealed = AuditEntry.SealedPayload(
                keyID: keys.currentID.text, sealed: payload.sealed(under: keys, entropy: entropy))
        }
        try await append(AuditEntry(record, payload: sealed))
    }

    /// Puts an admin record on record that belongs to no transaction (the log was read, a change
    /// with effects outside the database is about to begin).
    public func append(_ record: AdminRecord) async throws(Failure) {
        try await append(AuditEntry(record))
    }

    /// Makes the payload partitions of the months to come. Call it when the schema is migrated and
    /// daily; a month that is missing all the same is made with its first payload.
    public func preparePayloadMonths() async throws(Failure) {
        _ = try await database.query(
            AuditAppend.payloadMonths(from: clock.now(), count: 4), tenant: nil)
    }

    func append(_ entry: AuditEntry) async throws(Failure) {
        let deadline = clock.monotonicNanoseconds() + Limits.auditCommitNanoseconds
        let failure = await withCheckedContinuation { waiter in
            enqueue(entry, deadline: deadline, waiter)
        }
        if let failure { throw failure }
    }

    private func enqueue(
        _ entry: AuditEntry, deadline: UInt64, _ waiter: CheckedContinuation<Failure?, Never>
    ) {
        let (isQueued, lane, mustWatch) = state.withLock { state in
            let number = state.nextNumber
            state.nextNumber += 1
            let ticket = AuditQueue.Ticket(number: number, entry: entry, deadline: deadline)
            guard state.queue.add(ticket) else {
                return (false, nil as AuditQueue.Lane?, false)
            }
            state.waiters[number] = waiter
            state.deadlines.append((number, deadline))
            let mustWatch = !state.isWatching
            state.isWatching = true
            return (true, state.queue.start(), mustWatch)
        }
        guard isQueued else {
            return waiter.resume(returning: AuditWriter.unavailable("the queue is full"))
        }
        if let lane { runtime.run { await self.commit(lane) } }
        if mustWatch { runtime.run { await self.watch() } }
    }

    /// Answers everyone in the batch who still waits; tells which of them had been told otherwise.
    @discardableResult
    func settle(_ batch: [AuditQueue.Ticket], _ failure: Failure?) -> [AuditQueue.Ticket] {
        var late: [AuditQueue.Ticket] = []
        let waiters = state.withLock { state in
            batch.compactMap { ticket in
                let waiter = state.waiters.removeValue(forKey: ticket.number)
                if waiter == nil { late.append(ticket) }
                return waiter
            }
        }
        for waiter in waiters { waiter.resume(returning: failure) }
        return late
    }

    static func unavailable(_ why: String) -> Failure {
        Failure(
            .auditUnavailable,
            "The request was not carried out, because it cannot be put on record now; try again",
            detail: why, retryAfterSeconds: 1)
    }
}
