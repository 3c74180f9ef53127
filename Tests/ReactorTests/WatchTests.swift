import Core
import Glibc
import Testing

@testable import Reactor

@Suite struct WatchTests {
    private static func pipe() -> (read: Int32, write: Int32) {
        var ends: [Int32] = [0, 0]
        #expect(Glibc.pipe(&ends) == 0)
        return (ends[0], ends[1])
    }

    /// The reader sees its event of the same batch after the first callback closed its descriptor
    /// and the number went to somebody else.
    @Test func aStaleEventDoesNotReachTheNextOwnerOfTheNumber() async throws {
        try await onReactor { group in
            let reactor = group.reactors[0]
            let pipes = (0..<2).map { _ in Self.pipe() }
            let seen = Locked<[Int]>([])
            let watches = Locked<[Watch]>([])
            for index in 0..<2 {
                let watch = reactor.watch(pipes[index].read, .readable) { _ in
                    seen.withLock { $0.append(index) }
                    // Whoever comes first replaces the other, under the same number and slot.
                    let other = pipes[1 - index].read
                    watches.withLock { $0[1 - index] }.cancel()
                    watches.withLock { $0[index] }.cancel()
                    let fresh = Self.pipe()
                    #expect(dup2(fresh.read, other) == other)
                    let next = reactor.watch(other, .readable) { _ in
                        seen.withLock { $0.append(9) }
                    }
                    watches.withLock { $0.append(next) }
                }
                watches.withLock { $0.append(watch) }
            }
            for pipe in pipes { #expect(write(pipe.write, "x", 1) == 1) }
            await reactor.sleep(nanoseconds: 10_000_000)
            #expect(seen.withLock { $0.count } == 1)
            #expect(seen.withLock { $0 } != [9])
            for watch in watches.withLock({ $0 }) { watch.cancel() }
        }
    }

    @Test func interestDecidesWhatIsReported() async throws {
        try await onReactor { group in
            let reactor = group.reactors[0]
            let (reader, writer) = Self.pipe()
            let count = Locked(0)
            let watch = reactor.watch(reader, []) { readiness in
                #expect(readiness.contains(.readable))
                count.withLock { $0 += 1 }
            }
            #expect(write(writer, "x", 1) == 1)
            await reactor.sleep(nanoseconds: 3_000_000)
            #expect(count.withLock { $0 } == 0)
            watch.update(.readable)
            await reactor.sleep(nanoseconds: 3_000_000)
            // Level-triggered: told again until it is read.
            #expect(count.withLock { $0 } > 1)
            watch.cancel()
            watch.cancel()
            #expect(!watch.isActive)
            let before = count.withLock { $0 }
            await reactor.sleep(nanoseconds: 3_000_000)
            #expect(count.withLock { $0 } == before)
            close(reader)
            close(writer)
        }
    }
}
