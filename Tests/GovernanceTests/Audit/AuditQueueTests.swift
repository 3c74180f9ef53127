import Core
import Testing

@testable import Governance

@Suite struct AuditQueueTests {
    func tenant(_ number: Int) -> TenantID {
        TenantID("0190a000-0000-7000-8000-00000000000\(number)")
    }

    func ticket(
        _ number: UInt64, tenant: Int = 1, deadline: UInt64 = 100
    ) throws -> AuditQueue.Ticket {
        let record = CallRecord(
            .intent, id: "0190a000-0000-7000-8000-000000000001",
            time: Timestamp(microseconds: 0), tenant: self.tenant(tenant), decision: .allow)
        return AuditQueue.Ticket(
            number: number, entry: try AuditEntry(record, payload: nil), deadline: deadline)
    }

    @Test func whatArrivesDuringACommitFormsTheNextBatch() throws {
        var queue = AuditQueue()
        #expect(queue.add(try ticket(1)))
        let started = queue.start()
        let lane = try #require(started)
        #expect(queue.add(try ticket(2)))
        // Taken when sent: what came since the start is in it.
        #expect(queue.take(lane).map(\.number) == [1, 2])
        #expect(queue.add(try ticket(3)))
        #expect(queue.start() == nil)
        queue.finish(lane)
        #expect(queue.start() == lane)
        #expect(queue.take(lane).map(\.number) == [3])
        queue.finish(lane)
        #expect(queue.start() == nil)
        #expect(queue.entries == 0)
        #expect(queue.bytes == 0)
    }

    @Test func tenantsCommitSideBySideUpToTheLimit() throws {
        var queue = AuditQueue()
        for number in 1...6 { #expect(queue.add(try ticket(UInt64(number), tenant: number))) }
        let busy = (1...Limits.auditBatchesInFlightMax).compactMap { _ in queue.start() }
        #expect(busy.map(\.tenant) == (1...Limits.auditBatchesInFlightMax).map(tenant))
        #expect(queue.start() == nil)
        queue.finish(busy[0])
        // Nothing was taken from it, so it stands in line behind the others.
        #expect(queue.start()?.tenant == tenant(5))
    }

    @Test func batchesAreBounded() throws {
        var queue = AuditQueue()
        for number in 0..<UInt64(Limits.auditBatchEntriesMax + 5) {
            #expect(queue.add(try ticket(number)))
        }
        let started = queue.start()
        let lane = try #require(started)
        #expect(queue.take(lane).count == Limits.auditBatchEntriesMax)
        #expect(queue.entries == 5)
    }

    @Test func aFullQueueRefuses() throws {
        var queue = AuditQueue()
        for number in 0..<UInt64(Limits.auditQueueEntriesMax) {
            #expect(queue.add(try ticket(number)))
        }
        #expect(!queue.add(try ticket(0)))
    }

    @Test func expiredTicketsLeave() throws {
        var queue = AuditQueue()
        #expect(queue.add(try ticket(1, deadline: 10)))
        #expect(queue.add(try ticket(2, deadline: 20)))
        #expect(queue.add(try ticket(3, tenant: 2, deadline: 10)))
        #expect(queue.expire(now: 9).isEmpty)
        #expect(queue.expire(now: 10).map(\.number).sorted() == [1, 3])
        #expect(queue.entries == 1)
        let started = queue.start()
        let lane = try #require(started)
        #expect(queue.take(lane).map(\.number) == [2])
        #expect(queue.start() == nil)
    }
}
