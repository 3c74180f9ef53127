import Core
import Testing

@testable import Governance

@Suite(.timeLimit(.minutes(1))) struct BatcherTests {
    /// Holds a flight until the test lets it go.
    final class Gate: Sendable {
        private let waiting = Locked<[CheckedContinuation<Void, Never>]>([])
        private let isOpen = Locked(false)

        func pass() async {
            if isOpen.withLock({ $0 }) { return }
            await withCheckedContinuation { continuation in
                waiting.withLock { $0.append(continuation) }
            }
        }

        var hasPassed: Bool { isOpen.withLock { $0 } }

        func open() {
            isOpen.withLock { $0 = true }
            for continuation in waiting.withLock({ $0 }) { continuation.resume() }
        }
    }

    @Test func whatComesMeanwhileSharesTheNextFlight() async throws {
        let gate = Gate()
        let flights = Locked<[[Int]]>([])
        let batcher = Batcher<Int, Int>(aboardMax: 10, waitingMax: 100) {
            (requests) async throws(Failure) in
            flights.withLock { $0.append(requests) }
            await gate.pass()
            return requests.map { .success($0 * 2) }
        }
        let replies = try await withThrowingTaskGroup(of: (Int, Int).self) { group in
            group.addTask { (0, try await batcher.submit(0)) }
            try await eventually { flights.withLock { $0.count } == 1 }
            for request in 1...12 {
                group.addTask { (request, try await batcher.submit(request)) }
            }
            try await eventually { batcher.waitingCount == 12 }
            gate.open()
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(replies.count == 13 && replies.allSatisfy { $0.1 == $0.0 * 2 })
        #expect(flights.withLock { $0.map(\.count) } == [1, 10, 2])
    }

    @Test func aFailedFlightFailsThoseAboardOnly() async throws {
        let count = Locked(0)
        let batcher = Batcher<Int, Int>(aboardMax: 10, waitingMax: 100) {
            (requests) async throws(Failure) in
            let first = count.withLock { count in
                count += 1
                return count == 1
            }
            if first { throw Failure(.unavailable, "down") }
            return requests.map { .success($0) }
        }
        let refused = await failure { () throws(Failure) in try await batcher.submit(1) }
        #expect(refused?.code == .unavailable)
        #expect(try await batcher.submit(2) == 2)
    }

    @Test func tooManyWaitersAreRefused() async throws {
        let gate = Gate()
        let batcher = Batcher<Int, Int>(aboardMax: 1, waitingMax: 1) {
            (requests) async throws(Failure) in
            await gate.pass()
            return requests.map { .success($0) }
        }
        try await withThrowingTaskGroup(of: Int.self) { group in
            group.addTask { try await batcher.submit(1) }
            try await eventually { batcher.isFlying }
            group.addTask { try await batcher.submit(2) }
            try await eventually { batcher.waitingCount == 1 }
            let refused = await failure { () throws(Failure) in try await batcher.submit(3) }
            #expect(refused?.code == .unavailable && refused?.retryAfterSeconds == 1)
            gate.open()
            try await group.waitForAll()
        }
    }

    /// Only the one whose client is gone gives up; those aboard with it fly again.
    @Test func aLeadersCancellationIsItsOwn() async throws {
        let (first, second, cancelling) = (Gate(), Gate(), Gate())
        let batcher = Batcher<Int, Int>(aboardMax: 10, waitingMax: 100) {
            (requests) async throws(Failure) in
            if requests == [0] { await first.pass() }
            if requests.contains(1), !cancelling.hasPassed {
                cancelling.open()
                await second.pass()
            }
            if Task.isCancelled { throw Failure(.cancelled, "gone") }
            return requests.map { .success($0) }
        }
        try await withThrowingTaskGroup(of: Int?.self) { group in
            group.addTask { try await batcher.submit(0) }
            try await eventually { batcher.isFlying }
            group.addTask {
                await withTaskGroup(of: Int?.self) { inner in
                    inner.addTask { try? await batcher.submit(1) }
                    await cancelling.pass()
                    inner.cancelAll()
                    second.open()
                    return await inner.next() ?? nil
                }
            }
            try await eventually { batcher.waitingCount == 1 }
            group.addTask { try await batcher.submit(2) }
            try await eventually { batcher.waitingCount == 2 }
            first.open()
            let replies = try await group.reduce(into: []) { $0.append($1 ?? -1) }
            #expect(replies.sorted() == [-1, 0, 2])
        }
    }
}
