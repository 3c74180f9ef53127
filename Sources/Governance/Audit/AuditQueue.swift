internal import Core

/// Group commit without a timer: while a lane's batch commits, what arrives waits and forms the
/// next one. A lane is a tenant's log; its batches follow each other, lanes run side by side.
///
/// A pure machine: the writer performs what it answers, outside its lock.
struct AuditQueue {
    struct Lane: Hashable, Sendable {
        let tenant: TenantID
        let log: AuditLogName
    }

    /// An entry on its way and whoever waits for it.
    struct Ticket {
        let number: UInt64
        let entry: AuditEntry
        /// On the monotonic clock.
        let deadline: UInt64
        /// It may be on record even though nobody said so.
        var isInDoubt = false
    }

    private struct LaneState {
        var waiting: [Ticket] = []
        var isBusy = false
    }

    private var lanes: [Lane: LaneState] = [:]
    /// Lanes with something waiting and nothing in flight, first come first served.
    private var ready: [Lane] = []
    private var busyLanes = 0
    private(set) var entries = 0
    private(set) var bytes = 0

    /// False when the queue is full.
    mutating func add(_ ticket: Ticket) -> Bool {
        guard entries < Limits.auditQueueEntriesMax,
            bytes + ticket.entry.bytes <= Limits.auditQueueBytesMax
        else { return false }
        entries += 1
        bytes += ticket.entry.bytes
        let lane = Lane(tenant: ticket.entry.tenant, log: ticket.entry.log)
        let isFirst = lanes[lane, default: LaneState()].waiting.isEmpty
        lanes[lane, default: LaneState()].waiting.append(ticket)
        if isFirst, lanes[lane]?.isBusy == false { ready.append(lane) }
        return true
    }

    /// The lane whose turn it is, marked busy; nil when there is none or enough are busy.
    mutating func start() -> Lane? {
        guard busyLanes < Limits.auditBatchesInFlightMax, !ready.isEmpty else { return nil }
        let lane = ready.removeFirst()
        busyLanes += 1
        lanes[lane]?.isBusy = true
        return lane
    }

    /// What waits in a busy lane, up to a batch; taken when the batch is sent, not before.
    mutating func take(_ lane: Lane) -> [Ticket] {
        guard var state = lanes[lane] else { return [] }
        var count = 0
        var size = 0
        for ticket in state.waiting.prefix(Limits.auditBatchEntriesMax) {
            size += ticket.entry.bytes
            if count > 0, size > Limits.auditBatchBytesMax { break }
            count += 1
        }
        let batch = Array(state.waiting[..<count])
        state.waiting.removeFirst(count)
        lanes[lane] = state
        for ticket in batch {
            entries -= 1
            bytes -= ticket.entry.bytes
        }
        return batch
    }

    /// The lane's batch is settled: it stands in line again if more has come.
    mutating func finish(_ lane: Lane) {
        busyLanes -= 1
        guard let state = lanes[lane] else { return }
        if state.waiting.isEmpty {
            lanes[lane] = nil
        } else {
            lanes[lane]?.isBusy = false
            ready.append(lane)
        }
    }

    /// Takes out what waited too long.
    mutating func expire(now: UInt64) -> [Ticket] {
        var expired: [Ticket] = []
        for (lane, state) in lanes {
            // Deadlines of a lane stand in order.
            let late = state.waiting.prefix { $0.deadline <= now }
            guard !late.isEmpty else { continue }
            expired.append(contentsOf: late)
            lanes[lane]?.waiting.removeFirst(late.count)
            if lanes[lane]?.waiting.isEmpty == true, !state.isBusy {
                lanes[lane] = nil
                ready.removeAll { $0 == lane }
            }
        }
        for ticket in expired {
            entries -= 1
            bytes -= ticket.entry.bytes
        }
        return expired
    }
}
