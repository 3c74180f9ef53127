internal import Core
internal import Postgres
internal import Vault

// How a lane's batches reach the database, and what happens to one that does not.
extension AuditWriter {
    private static let pauseFirstNanoseconds: UInt64 = 10_000_000
    private static let pauseMaxNanoseconds: UInt64 = 200_000_000
    private static let attemptMinNanoseconds: UInt64 = 50_000_000

    /// Commits a lane's next batch, then gives the place to the lane whose turn it is.
    func commit(_ first: AuditQueue.Lane) async {
        var next: AuditQueue.Lane? = first
        while let lane = next {
            await commitBatch(lane)
            next = state.withLock { state in
                state.queue.finish(lane)
                return state.queue.start()
            }
        }
    }

    private func commitBatch(_ lane: AuditQueue.Lane) async {
        var batch = state.withLock { $0.queue.take(lane) }
        var pause = AuditWriter.pauseFirstNanoseconds
        while !batch.isEmpty {
            guard let failure = await attempt(&batch, lane) else { return settleDoubts() }
            for index in batch.indices where AuditWriter.leavesDoubt(failure) {
                batch[index].isInDoubt = true
            }
            if AuditWriter.isFinal(failure) {
                log.error("audit.commit_refused", failure, ["entries": .int(batch.count)])
                settle(batch, AuditWriter.unavailable(failure.detail ?? failure.message))
                return
            }
            log.warning("audit.commit_failed", failure, ["entries": .int(batch.count)])
            await runtime.sleep(pause)
            pause = min(pause * 2, AuditWriter.pauseMaxNanoseconds)
            batch = forgetExpired(batch)
        }
    }

    /// One try. Settles what is on record and leaves in `batch` what is not.
    private func attempt(
        _ batch: inout [AuditQueue.Ticket], _ lane: AuditQueue.Lane
    ) async -> Failure? {
        do throws(Failure) {
            try await reconcile(&batch, lane)
            guard !batch.isEmpty else { return nil }
            try await prepareMonths(for: batch, lane)
            let entries = batch.map(\.entry)
            var queries = [AuditAppend.leaves(entries, tenant: lane.tenant, log: lane.log)]
            if let payloads = AuditAppend.payloads(entries, tenant: lane.tenant) {
                queries.append(payloads)
            }
            let answers = try await database.batch(
                queries, tenant: lane.tenant, timeoutNanoseconds: timeLeft(for: batch))
            try AuditAppend.confirm(answers.first, count: entries.count)
            doubt(settle(batch, nil))
            return nil
        } catch {
            return error
        }
    }

    /// Looks for what was sent before and settles those whose entry is there after all.
    private func reconcile(
        _ batch: inout [AuditQueue.Ticket], _ lane: AuditQueue.Lane
    ) async throws(Failure) {
        let doubtful = batch.filter(\.isInDoubt).map(\.entry.id)
        guard !doubtful.isEmpty else { return }
        let present = try await onRecord(
            doubtful, tenant: lane.tenant, timeoutNanoseconds: timeLeft(for: batch))
        let there = batch.filter { present[$0.entry.id] != nil }
        batch.removeAll { present[$0.entry.id] != nil }
        let same = there.filter { present[$0.entry.id] == $0.entry.leafHash.bytes }
        let other = there.filter { present[$0.entry.id] != $0.entry.leafHash.bytes }
        doubt(settle(same, nil))
        settle(
            other,
            AuditWriter.unavailable("another entry has the same id"))
    }

    /// Which of these ids are on record: id → leaf hash.
    func onRecord(
        _ ids: [String], tenant: TenantID, timeoutNanoseconds: UInt64
    ) async throws(Failure) -> [String: [UInt8]] {
        let rows = try await database.query(
            AuditAppend.present(ids, tenant: tenant), tenant: tenant,
            timeoutNanoseconds: timeoutNanoseconds)
        var present: [String: [UInt8]] = [:]
        for row in rows { present[try row.string("id")] = try row.bytes("leaf_hash") }
        return present
    }

    /// Makes sure that the payloads' months have their partitions.
    private func prepareMonths(
        for batch: [AuditQueue.Ticket], _ lane: AuditQueue.Lane
    ) async throws(Failure) {
        var wanted: [Int: Timestamp] = [:]
        for ticket in batch where ticket.entry.payload != nil {
            let moment = AuditMonths.moment(ofID: ticket.entry.call)
            wanted[AuditMonths.month(of: moment)] = moment
        }
        let missing = state.withLock { state in wanted.filter { !state.months.contains($0.key) } }
        for (month, moment) in missing {
            _ = try await database.query(
                AuditAppend.payloadMonths(from: moment, count: 1), tenant: lane.tenant,
                timeoutNanoseconds: timeLeft(for: batch))
            state.withLock { _ = $0.months.insert(month) }
        }
    }

    /// What no repetition within two seconds will cure.
    private static func isFinal(_ failure: Failure) -> Bool {
        failure.code == .internal || failure.code == .invalid || failure.code == .malformed
    }

    /// After a conflict an entry may be there already, which the next try finds out.
    private static func leavesDoubt(_ failure: Failure) -> Bool {
        failure.outcomeUnknown || failure.code == .conflict
    }

    /// Until the youngest of the batch gives up.
    private func timeLeft(for batch: [AuditQueue.Ticket]) -> UInt64 {
        let now = clock.monotonicNanoseconds()
        let end = batch.map(\.deadline).max() ?? now
        return max(end > now ? end - now : 0, AuditWriter.attemptMinNanoseconds)
    }

    /// Drops those who have been told that it failed.
    private func forgetExpired(_ batch: [AuditQueue.Ticket]) -> [AuditQueue.Ticket] {
        let kept = state.withLock { state in
            batch.filter { state.waiters[$0.number] != nil }
        }
        if kept.count < batch.count {
            let numbers = Set(kept.map(\.number))
            doubt(batch.filter { !numbers.contains($0.number) })
        }
        return kept
    }
}
