import Core
import Testing

@testable import Reactor

@Suite struct ReactorTests {
    @Test func sleepEndsEarlyWhenItsTaskIsCancelled() async throws {
        try await onReactor { group in
            let reactor = group.reactors[0]
            let start = Clock.live.monotonicNanoseconds()
            let task = reactor.run { await reactor.sleep(nanoseconds: 60_000_000_000) }
            await reactor.sleep(nanoseconds: 1_000_000)
            task.cancel()
            await task.value
            #expect(Clock.live.monotonicNanoseconds() - start < 10_000_000_000)
        }
    }

    @Test func aTaskAndItsChildrenStayOnTheirThread() async throws {
        try await onReactor(count: 2) { group in
            let reactor = group.reactors[0]
            #expect(reactor.isCurrent)
            await reactor.sleep(nanoseconds: 1_000_000)
            #expect(reactor.isCurrent)
            async let child = Reactor.current?.index
            #expect(await child == 0)
            #expect(await Self.nonisolatedIndex() == 0)
        }
    }

    @concurrent
    static func nonisolatedIndex() async -> Int? { Reactor.current?.index }

    actor Pinned {
        nonisolated let reactor: Reactor
        var value = 0
        nonisolated var unownedExecutor: UnownedSerialExecutor {
            reactor.asUnownedSerialExecutor()
        }
        init(_ reactor: Reactor) { self.reactor = reactor }

        func work() async -> Bool {
            var stayed = reactor.isCurrent
            await reactor.sleep(nanoseconds: 100_000)
            stayed = stayed && reactor.isCurrent
            _ = await ReactorTests.nonisolatedIndex()
            value += 1
            return stayed && reactor.isCurrent
        }
    }

    @Test func aPinnedActorStaysOnItsThreadWhoeverCallsIt() async throws {
        try await onReactor(count: 2) { group in
            for reactor in group.reactors {
                let actor = Pinned(reactor)
                #expect(await actor.work())
                #expect(group.reactors[0].isCurrent)
                #expect(await actor.value == 1)
            }
            let here = Pinned(group.reactors[0])
            // A plain callback of the loop may enter the actor without waiting.
            let value = await withUnsafeContinuation { continuation in
                group.reactors[0].perform {
                    continuation.resume(returning: here.assumeIsolated { $0.value })
                }
            }
            #expect(value == 0)
        }
    }

    @Test func whatOtherThreadsSubmitRunsOnceAndInTheirOrder() async throws {
        let group = try ReactorGroup(count: 3)
        let seen = Locked<[Int: [Int]]>([:])
        let target = group.reactors[0]
        let rounds = 2_000
        await withUnsafeContinuation { (done: UnsafeContinuation<Void, Never>) in
            let open = Locked(2)
            for sender in 1...2 {
                group.reactors[sender].perform {
                    for round in 0..<rounds {
                        target.perform { seen.withLock { $0[sender, default: []].append(round) } }
                    }
                    target.perform {
                        let left = open.withLock { (count: inout Int) -> Int in
                            count -= 1
                            return count
                        }
                        if left == 0 { done.resume() }
                    }
                }
            }
        }
        group.shutdown()
        #expect(seen.withLock { $0 } == [1: Array(0..<rounds), 2: Array(0..<rounds)])
    }

    @Test func aBusyQueueDoesNotStarveTimers() async throws {
        try await onReactor { group in
            let reactor = group.reactors[0]
            let fired = Locked(false)
            reactor.timer(afterNanoseconds: 5_000_000) { fired.withLock { $0 = true } }
            let start = Clock.live.monotonicNanoseconds()
            while !fired.withLock({ $0 }), Clock.live.monotonicNanoseconds() - start < 9_000_000_000
            {
                await Task.yield()
            }
            #expect(fired.withLock { $0 })
        }
    }

    @Test func tenThousandTimersAreSetCancelledAndFired() async throws {
        try await onReactor { group in
            let reactor = group.reactors[0]
            let fired = Locked(0)
            let tokens = (0..<10_000).map { index in
                reactor.timer(afterNanoseconds: UInt64(index % 1000)) {
                    fired.withLock { $0 += 1 }
                }
            }
            for index in stride(from: 0, to: 10_000, by: 2) { reactor.cancel(tokens[index]) }
            await reactor.sleep(nanoseconds: 20_000_000)
            #expect(fired.withLock { $0 } == 5_000)
        }
    }
}
