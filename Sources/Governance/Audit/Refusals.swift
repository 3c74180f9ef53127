public import Core

/// Refusals without a principal, so that a stranger cannot fill a log: of each source and code the
/// first in a second is put on record at once and waited for; the rest of that second are counted
/// into one more entry. Beyond `Limits.auditRefusalSourcesPerSecondMax` sources a tenant and second
/// the others share one, named `other`.
public final class Refusals: Sendable {
    private struct Key: Hashable {
        let tenant: TenantID
        let source: String
        let code: String
    }

    private struct State {
        var second: Int64 = 0
        /// The first record of the second, and how many came after it.
        var seen: [Key: (record: CallRecord, more: Int)] = [:]
        var sources: [TenantID: Set<String>] = [:]
        var isDraining = false
    }

    private let writer: AuditWriter
    private let ids: IDGenerator
    private let runtime: AuditRuntime
    private let clock: Clock
    private let log: Log
    private let state = Locked(State())

    public init(
        writer: AuditWriter, ids: IDGenerator, runtime: AuditRuntime, clock: Clock, log: Log
    ) {
        self.writer = writer
        self.ids = ids
        self.runtime = runtime
        self.clock = clock
        self.log = log
    }

    /// Puts a refusal on record. `record.source` is the peer's address and `record.tenant` the
    /// tenant that the path names, else `.platform`. Throws `.auditUnavailable`.
    public func append(_ record: CallRecord) async throws(Failure) {
        var record = record
        let second = clock.now().microseconds / 1_000_000
        let (isFirst, finished, mustDrain) = state.withLock { state in
            let finished = state.second == second ? [] : Refusals.turn(&state, to: second)
            record.source = Refusals.source(of: record, &state)
            let key = Key(
                tenant: record.tenant, source: record.source ?? "", code: record.code ?? "")
            let isFirst = state.seen[key] == nil
            if isFirst { state.seen[key] = (record, 0) } else { state.seen[key]?.more += 1 }
            let mustDrain = !state.isDraining
            state.isDraining = true
            return (isFirst, finished, mustDrain)
        }
        if mustDrain { runtime.run { await self.drain() } }
        if !finished.isEmpty { runtime.run { await self.appendCounts(finished) } }
        if isFirst { try await writer.append(record) }
    }

    /// Closes the second and answers what is left to be counted.
    private static func turn(_ state: inout State, to second: Int64) -> [CallRecord] {
        let counts = state.seen.values.compactMap { record, more -> CallRecord? in
            guard more > 0 else { return nil }
            var counted = record
            counted.count = more
            return counted
        }
        state.second = second
        state.seen.removeAll(keepingCapacity: true)
        state.sources.removeAll(keepingCapacity: true)
        return counts
    }

    private static func source(of record: CallRecord, _ state: inout State) -> String {
        let source = record.source ?? "unknown"
        var known = state.sources[record.tenant, default: []]
        guard !known.contains(source) else { return source }
        guard known.count < Limits.auditRefusalSourcesPerSecondMax else { return "other" }
        known.insert(source)
        state.sources[record.tenant] = known
        return source
    }

    /// Writes the counts when their second is over, as long as there are any.
    private func drain() async {
        while true {
            await runtime.sleep(1_000_000_000)
            let second = clock.now().microseconds / 1_000_000
            let (finished, isDone) = state.withLock { state in
                guard state.second < second else { return ([] as [CallRecord], false) }
                let finished = Refusals.turn(&state, to: second)
                state.isDraining = false
                return (finished, true)
            }
            await appendCounts(finished)
            if isDone { return }
        }
    }

    private func appendCounts(_ records: [CallRecord]) async {
        for counted in records {
            let record = CallRecord(counting: counted, id: ids.next(), time: clock.now())
            do throws(Failure) {
                try await writer.append(record)
            } catch {
                log.error("audit.refusals_lost", error, ["count": .int(record.count)])
            }
        }
    }
}

extension CallRecord {
    /// One entry for further refusals of the same kind: nothing in it is of a single request.
    fileprivate init(counting first: CallRecord, id: String, time: Timestamp) {
        self.init(
            .refused, id: id, time: time, tenant: first.tenant, decision: .refused,
            code: first.code)
        source = first.source
        server = first.server
        count = first.count
    }
}
