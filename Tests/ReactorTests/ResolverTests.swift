import Core
import Testing

@testable import Reactor

@Suite struct ResolverTests {
    @Test(arguments: ["", "a\0b", String(repeating: "a", count: 300), "no-such-host.invalid"])
    func whatHasNoAddressIsRefused(_ host: String) async throws {
        try await onReactor { _ in
            let failed = await failure {
                _ = try await Resolver.resolve(
                    host: host, port: 80, deadlineNanoseconds: moment(afterSeconds: 30))
            }
            #expect(failed?.code == .unavailable)
        }
    }

    @Test func aPortIsSixteenBits() async throws {
        try await onReactor { _ in
            let failed = await failure {
                _ = try await Resolver.resolve(host: "localhost", port: 70_000)
            }
            #expect(failed?.code == .unavailable)
        }
    }

    @Test func aDeadlineEndsTheWaitNotTheLoop() async throws {
        try await onReactor { _ in
            let failed = await failure {
                _ = try await Resolver.resolve(
                    host: "localhost", port: 80, deadlineNanoseconds: 0)
            }
            // Whichever comes first: the answer may already be there.
            #expect(failed == nil || failed?.code == .timeout)
        }
    }

    @Test func namesAndLiteralsBecomeAddresses() async throws {
        try await onReactor { group in
            let literal = try await Resolver.resolve(host: "::1", port: 8080)
            #expect(literal.map(\.description) == ["[::1]:8080"])
            let named = try await Resolver.resolve(host: "localhost", port: 8080)
            #expect(!named.isEmpty)
            #expect(named.allSatisfy { $0.isLoopback && $0.port == 8080 })
            #expect(group.reactors[0].isCurrent)
        }
    }

    @Test func helperThreadsRefuseWhatWouldWaitWithoutEnd() {
        let helpers = HelperThreads(max: 1, waitingMax: 2)
        let open = Locked(false)
        let ran = Locked(0)
        let work: @Sendable () -> Void = {
            while !open.withLock({ $0 }) {}
            ran.withLock { $0 += 1 }
        }
        // At most one runs and two wait.
        let accepted = (0..<8).filter { _ in helpers.submit(work) }.count
        #expect((2...3).contains(accepted))
        open.withLock { $0 = true }
        while ran.withLock({ $0 }) < accepted {}
        #expect(helpers.submit {})
    }
}
