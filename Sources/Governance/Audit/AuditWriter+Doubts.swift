internal import Core

// Promises kept late. Whoever waits longer than the limit is told that it failed; what became of
// the entry is found out when the database answers again.
extension AuditWriter {
    /// An entry whose appender was told that it failed.
    struct Doubt {
        let entry: AuditEntry
        /// On the monotonic clock.
        let since: UInt64
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
            doubt(unsent.filter { $0.entry.intent == nil })
            for waiter in late {
                waiter.resume(returning: AuditWriter.unavailable("not committed in time"))
            }
            if isDone { return }
        }
    }

    private static let watchNanoseconds: UInt64 = 25_000_000

    func doubt(_ tickets: [AuditQueue.Ticket]) {
        let since = clock.monotonicNanoseconds()
        doubt(tickets.map { Doubt(entry: $0.entry, since: since) }[...])
    }

    private func doubt(_ new: ArraySlice<Doubt>) {
        guard !new.isEmpty else { return }
        let lost = state.withLock { state in
            let room = max(0, Limits.auditDoubtsMax - state.doubts.count)
            state.doubts.append(contentsOf: new.prefix(room))
            return new.count - min(room, new.count)
        }
        if lost > 0 { log.error("audit.doubts_lost", ["entries": .int(lost)]) }
    }

    /// Called after a commit went through: the database answers, so doubts can be settled.
    func settleDoubts() {
        let mustRun = state.withLock { state in
            guard !state.isSettling, !state.doubts.isEmpty else { return false }
            state.isSettling = true
            return true
        }
        guard mustRun else { return }
        runtime.run {
            let doubts = self.state.withLock { state in
                defer { state.doubts = [] }
                return state.doubts
            }
            for (tenant, group) in Dictionary(grouping: doubts, by: \.entry.tenant) {
                await self.settle(group, tenant: tenant)
            }
            self.state.withLock { $0.isSettling = false }
        }
    }

    private func settle(_ doubts: [Doubt], tenant: TenantID) async {
        var settled = 0
        do throws(Failure) {
            let present = try await onRecord(
                doubts.map(\.entry.id), tenant: tenant,
                timeoutNanoseconds: Limits.auditCommitNanoseconds)
            for doubt in doubts {
                try await settle(doubt, isOnRecord: present[doubt.entry.id] != nil)
                settled += 1
            }
            log.info(
                "audit.doubts_settled",
                ["entries": .int(doubts.count), "on_record": .int(present.count)])
        } catch {
            doubt(doubts[settled...])
            log.warning("audit.doubts_remain", error, ["entries": .int(doubts.count - settled)])
        }
    }

    /// An intent that is on record, though its call was refused, gets an outcome that says so; an
    /// outcome that is not on record is written now.
    private func settle(_ doubt: Doubt, isOnRecord: Bool) async throws(Failure) {
        guard let intent = doubt.entry.intent else {
            return isOnRecord ? () : try await append(doubt.entry)
        }
        if isOnRecord {
            try await append(
                CallRecord(
                    outcome: .failed, of: intent, id: ids.next(), time: clock.now(),
                    code: Failure.Code.auditUnavailable.rawValue))
        } else if clock.monotonicNanoseconds() < doubt.since + Limits.auditDoubtNanoseconds {
            // The server may still be at it.
            self.doubt([doubt])
        }
    }
}
