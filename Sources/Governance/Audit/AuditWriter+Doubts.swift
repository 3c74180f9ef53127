internal import Core

// Promises kept late. Whoever waits longer than the limit is told that it failed; what became of the
// entry is found out when the database answers again.
extension AuditWriter {
    /// Entries whose appenders were told that they failed.
    struct Doubts {
        static let entriesMax = 4_096
        var entries: [AuditEntry] = []
        var isSettling = false
    }

    /// Tells those who waited too long; runs while anybody waits.
    func watch() async {
        while true {
            await runtime.sleep(AuditWriter.watchNanoseconds)
            let now = clock.monotonicNanoseconds()
            let (late, unsent, isDone) = state.withLock { state in
                var late: [CheckedContinuation<Failure?, Never>] = []
                var passed = 0
                for (number, deadline) in state.deadlines {
                    guard deadline <= now || state.waiters[number] == nil else { break }
                    if let waiter = state.waiters.removeValue(forKey: number) {
                        late.append(waiter)
                    }
                    passed += 1
                }
                state.deadlines.removeFirst(passed)
                let isDone = state.deadlines.isEmpty
                if isDone { state.isWatching = false }
                return (late, state.queue.expire(now: now), isDone)
            }
            // An intent that was never sent is on no record; an outcome is owed one.
            doubt(unsent.filter { $0.entry.record?.kind != .intent })
            for waiter in late {
                waiter.resume(returning: AuditWriter.unavailable("not committed in time"))
            }
            if isDone { return }
        }
    }

    private static let watchNanoseconds: UInt64 = 25_000_000

    func doubt(_ tickets: [AuditQueue.Ticket]) {
        guard !tickets.isEmpty else { return }
        let lost = state.withLock { state in
            let room = max(0, Doubts.entriesMax - state.doubts.entries.count)
            state.doubts.entries.append(contentsOf: tickets.prefix(room).map(\.entry))
            return tickets.count - min(room, tickets.count)
        }
        if lost > 0 { log.error("audit.doubts_lost", ["entries": .int(lost)]) }
    }

    /// Called after a commit went through: the database answers, so doubts can be settled.
    func settleDoubts() {
        let entries = state.withLock { state in
            guard !state.doubts.isSettling, !state.doubts.entries.isEmpty else {
                return [] as [AuditEntry]
            }
            state.doubts.isSettling = true
            defer { state.doubts.entries = [] }
            return state.doubts.entries
        }
        guard !entries.isEmpty else { return }
        runtime.run {
            for (tenant, group) in Dictionary(grouping: entries, by: \.tenant) {
                await self.settleDoubts(group, tenant: tenant)
            }
            self.state.withLock { $0.doubts.isSettling = false }
        }
    }

    /// An intent that is on record, though its call was refused, gets an outcome that says so; an
    /// outcome that is not on record is written now.
    private func settleDoubts(_ entries: [AuditEntry], tenant: TenantID) async {
        do throws(Failure) {
            let present = try await onRecord(
                entries.map(\.id), tenant: tenant,
                timeoutNanoseconds: Limits.auditCommitNanoseconds)
            for entry in entries {
                let isThere = present[entry.id] != nil
                if isThere, let record = entry.record, record.kind == .intent {
                    try await append(
                        CallRecord(
                            outcome: .failed, of: record, id: ids.next(), time: clock.now(),
                            code: Failure.Code.auditUnavailable.rawValue))
                } else if !isThere, entry.record?.kind != .intent {
                    try await append(entry)
                }
            }
            log.info(
                "audit.doubts_settled",
                ["entries": .int(entries.count), "on_record": .int(present.count)])
        } catch {
            log.warning("audit.doubts_remain", error, ["entries": .int(entries.count)])
        }
    }
}
