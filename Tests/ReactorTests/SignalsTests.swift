import Core
import Glibc
import Testing

@testable import Reactor

@Suite struct SignalsTests {
    @Test func signalsComeToTheLoopAndOnlyOnceAtATime() async throws {
        try await onReactor { group in
            let reactor = group.reactors[0]
            let seen = Locked<[Int32]>([])
            let signals = try Signals.on([SIGUSR1, SIGUSR2], reactor: reactor) { signal in
                #expect(reactor.isCurrent)
                seen.withLock { $0.append(signal) }
            }
            #expect(throws: Failure.self) { try Signals.on([SIGHUP], reactor: reactor) { _ in } }
            kill(getpid(), SIGUSR1)
            while seen.withLock({ $0.count }) < 1 { await reactor.sleep(nanoseconds: 1_000_000) }
            kill(getpid(), SIGUSR2)
            while seen.withLock({ $0.count }) < 2 { await reactor.sleep(nanoseconds: 1_000_000) }
            #expect(seen.withLock { $0 } == [SIGUSR1, SIGUSR2])
            signals.stop()
            signals.stop()
            await reactor.sleep(nanoseconds: 1_000_000)
            let again = try Signals.on([SIGUSR1], reactor: reactor) { _ in }
            again.stop()
            await reactor.sleep(nanoseconds: 1_000_000)
            #expect(throws: Failure.self) { try Signals.on([SIGKILL], reactor: reactor) { _ in } }
        }
    }
}
