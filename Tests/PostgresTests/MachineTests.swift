// The pure parts: who gets which connection, when to try again, what a connection remembers.
import Testing

@testable import Postgres

@Suite struct MachineTests {
    private func opened(_ size: Int) -> PoolState {
        var pool = PoolState(size: size, unitsMax: 3)
        for slot in pool.lanesToOpen(atMost: .max) { pool.opened(slot) }
        return pool
    }

    @Test func lanesAreNeverLent() {
        var pool = opened(8)
        #expect(pool.lanes == 2)
        #expect(pool.lend(mayOpen: true) == .open(2))
        pool.opened(2)
        #expect(pool.lend(mayOpen: true) == .lend(2))
        #expect(pool.lend(mayOpen: false) == .wait)
        #expect(pool.slotForUnit() == 0)
        pool.returned(2)
        #expect(pool.lend(mayOpen: false) == .lend(2))
    }

    @Test func unitsGoWhereLeastIsUnderWay() {
        var pool = opened(8)
        pool.setLoad(2, of: 0)
        pool.setLoad(1, of: 1)
        #expect(pool.slotForUnit() == 1)
        pool.setLoad(3, of: 0)
        pool.setLoad(3, of: 1)
        #expect(pool.slotForUnit() == nil)
        _ = pool.lend(mayOpen: true)
        pool.opened(2)
        #expect(pool.slotForUnit() == 2)
        // One at most: whoever borrows it next must not wait for many.
        pool.setLoad(1, of: 2)
        #expect(pool.slotForUnit() == nil)
        #expect(pool.lend(mayOpen: false) == .wait)
    }

    @Test func lostSlotsAreOpenedAgain() {
        var pool = opened(4)
        pool.lost(0)
        #expect(!pool.hasOpenSlot)
        #expect(pool.slotForUnit() == nil)
        #expect(pool.lanesToOpen(atMost: 1) == [0])
        #expect(pool.isOpening)
        #expect(pool.lanesToOpen(atMost: 1) == [])
        pool.opened(0)
        #expect(pool.hasOpenSlot)
    }

    @Test func backoffGrowsToItsLimitWithJitter() {
        var backoff = Backoff(maxNanoseconds: 1_000_000_000)
        let least = (0..<8).map { _ in backoff.delay(random: 0) }
        #expect(least[0] == 25_000_000 && least[1] == 50_000_000)
        #expect(least[7] == 500_000_000)
        #expect((0..<100).allSatisfy { backoff.delay(random: $0 << 57) <= 1_000_000_000 })
        backoff.succeeded()
        #expect(backoff.delay(random: 0) == 25_000_000)
    }

    @Test func leastRecentlyUsedStatementMakesRoom() {
        var cache = StatementCache(capacity: 2)
        func name(_ query: Query) -> (String, evicted: String?) {
            switch cache.lookup(query) {
            case .known(let statement): (statement.name, nil)
            case .new(let statement, let evicted): ("new " + statement.name, evicted?.name)
            }
        }
        #expect(name("SELECT \(1)") == ("new s1", nil))
        // The same text with another type of parameter is another statement.
        #expect(name("SELECT \("1")") == ("new s2", nil))
        #expect(name("SELECT \(2)") == ("s1", nil))
        #expect(name("SELECT \(true)") == ("new s3", "s2"))
        #expect(name("SELECT \(3)") == ("s1", nil))
        #expect(cache.count == 2)
    }

    @Test func fifoKeepsOrder() {
        var fifo = Fifo<Int>()
        var expected: [Int] = []
        for number in 0..<1_000 {
            fifo.append(number)
            expected.append(number)
            if number % 3 == 0 { #expect(fifo.popFirst() == expected.removeFirst()) }
        }
        #expect(fifo.extract { $0 % 2 == 0 } == expected.filter { $0 % 2 == 0 })
        #expect(fifo.count == expected.count { $0 % 2 == 1 })
        #expect(fifo.takeAll() == expected.filter { $0 % 2 == 1 })
        #expect(fifo.isEmpty && fifo.popFirst() == nil)
    }
}
