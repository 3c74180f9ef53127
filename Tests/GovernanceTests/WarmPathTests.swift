import Core
import TestSupport
import Testing

@testable import Governance

extension DatabaseTests {
    @Suite(.timeLimit(.minutes(2))) struct WarmPathTests {
        /// What a call pays at the door when its grant is known. The bound holds for a debug build
        /// on a busy machine; `make bench` measures the release build.
        @Test func aKnownGrantIsCheap() async throws {
            let world = try await World()
            defer { world.close() }
            let (_, token) = try await world.grant()
            let cache = world.governance.grantCache
            try await eventually {
                let first = try await cache.authenticate(token)
                return try await cache.authenticate(token) === first
            }
            let clock = ContinuousClock()
            let rounds = 20_000
            let began = clock.now
            for _ in 0..<rounds { _ = try await cache.authenticate(token) }
            let each = (clock.now - began) / rounds
            #expect(each < .microseconds(100), "\(each) for each")
        }
    }
}
