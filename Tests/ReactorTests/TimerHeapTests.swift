import Testing

@testable import Reactor

@Suite struct TimerHeapTests {
    @Test func aCancelledTimerNeverFires() {
        var heap = TimerHeap()
        let token = heap.set(deadline: 5) { Issue.record("cancelled, yet fired") }
        heap.cancel(token)
        #expect(heap.popDue(now: .max) == nil)
        #expect(heap.timeoutMilliseconds(now: 0) == -1)
    }

    @Test func aStaleTokenDoesNotCancelTheNextTimerInItsSlot() {
        var heap = TimerHeap()
        let stale = heap.set(deadline: 5) {}
        heap.cancel(stale)
        var fired = false
        heap.set(deadline: 6) { fired = true }
        heap.cancel(stale)
        heap.popDue(now: 6)?()
        #expect(fired)
    }

    @Test func timersFireInOrderOfDeadlineThenOfSetting() {
        var heap = TimerHeap()
        var fired: [Int] = []
        // A fixed scramble of 500 deadlines with many equal ones.
        let deadlines = (0..<500).map { UInt64(($0 * 7919) % 97) }
        var tokens: [TimerToken] = []
        for (index, deadline) in deadlines.enumerated() {
            tokens.append(heap.set(deadline: deadline) { fired.append(index) })
        }
        for index in stride(from: 0, to: 500, by: 3) { heap.cancel(tokens[index]) }
        while let fire = heap.popDue(now: .max) { fire() }
        let expected = deadlines.indices.filter { $0 % 3 != 0 }
            .sorted { (deadlines[$0], $0) < (deadlines[$1], $1) }
        #expect(fired == expected)
        #expect(heap.count == 0)
    }

    @Test func theTimeoutIsRoundedUpAndBounded() {
        var heap = TimerHeap()
        heap.set(deadline: 1_000_001) {}
        #expect(heap.popDue(now: 1_000_000) == nil)
        #expect(heap.timeoutMilliseconds(now: 0) == 2)
        #expect(heap.timeoutMilliseconds(now: 1_000_001) == 0)
        var far = TimerHeap()
        far.set(deadline: .max) {}
        #expect(far.timeoutMilliseconds(now: 1) == 3_600_000)
    }
}
