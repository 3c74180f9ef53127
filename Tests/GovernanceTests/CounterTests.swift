import Core
import Policy
import Postgres
import TestSupport
import Testing
import Vault

@testable import Governance

extension DatabaseTests {
    @Suite(.timeLimit(.minutes(3))) struct CounterTests {
        static let now = Timestamp(microseconds: 1_767_323_045_000_000)

        func keeper(_ policy: String = policyID, scope: String = "g1") -> CounterKeeper {
            CounterKeeper(layer: .grant, targetID: targetID, policyID: policy, scopeID: scope)
        }

        static let policyID = "0190a000-0000-7000-8000-000000000001"
        var targetID: String { "0190a000-0000-7000-8000-000000000002" }

        func counter(
            _ name: String = "t.n", _ window: CounterWindow = .hour, at time: Timestamp = now
        ) -> CounterRef {
            CounterRef(name: name, window: window, at: time)
        }

        /// Adds `amount` if the sum stays at or below `max`.
        func take(
            _ counters: Counters, _ tenant: TenantID, _ counter: CounterRef, max: Int,
            amount: ExactDecimal = ExactDecimal(1), keeper: CounterKeeper? = nil
        ) async throws(Failure) -> Counted<Bool> {
            let plan = CounterPlan(keeper: keeper ?? self.keeper(), counters: [counter])
            return try await counters.decide(tenant, [plan]) { values in
                let sum = (values[0][counter] ?? .zero) + amount
                guard let sum, sum <= ExactDecimal(max) else { return (false, [[]]) }
                return (
                    true,
                    [[Reservation(counter: counter, increment: amount, max: ExactDecimal(max))]]
                )
            }
        }

        func value(
            _ counters: Counters, _ tenant: TenantID, _ counter: CounterRef,
            keeper: CounterKeeper? = nil
        ) async throws(Failure) -> String {
            let plan = CounterPlan(keeper: keeper ?? self.keeper(), counters: [counter])
            return try await counters.decide(tenant, [plan]) { values in
                (values[0][counter]?.description ?? "none", [[]])
            }.decision
        }

        @Test func twoReplicasAdmitExactlyTheLimit() async throws {
            let world = try await World()
            defer { world.close() }
            let second = try Replica(world.test.appURL, rootKey: world.rootKey)
            defer { second.close() }
            try await second.start()
            let tenant = world.tenant.id
            let replicas = [world.governance.counters, second.governance.counters]
            let admitted = try await withThrowingTaskGroup(of: Bool.self) { group in
                for index in 0..<200 {
                    group.addTask {
                        try await take(replicas[index % 2], tenant, counter(), max: 50).decision
                    }
                }
                return try await group.reduce(0) { $0 + ($1 ? 1 : 0) }
            }
            #expect(admitted == 50)
            #expect(try await value(replicas[0], tenant, counter()) == "50")
        }

        @Test func decimalsAddExactlyAndSurviveARestart() async throws {
            let world = try await World()
            defer { world.close() }
            let tenant = world.tenant.id
            let dime = try #require(ExactDecimal(lexeme: "0.1".utf8))
            for _ in 0..<30 {
                _ = try await take(
                    world.governance.counters, tenant, counter(), max: 100, amount: dime)
            }
            let second = try Replica(world.test.appURL, rootKey: world.rootKey)
            defer { second.close() }
            #expect(try await value(second.governance.counters, tenant, counter()) == "3")
        }

        @Test func releaseGivesBackButNeverMoreThanThereIs() async throws {
            let world = try await World()
            defer { world.close() }
            let counters = world.governance.counters
            let tenant = world.tenant.id
            let first = try await take(counters, tenant, counter(), max: 5)
            _ = try await take(counters, tenant, counter(), max: 5)
            try await counters.release(tenant, first.holds)
            #expect(try await value(counters, tenant, counter()) == "1")
            try await counters.release(tenant, first.holds)
            try await counters.release(tenant, first.holds)
            #expect(try await value(counters, tenant, counter()) == "0")
        }

        @Test func releaseTouchesOnlyItsOwnWindow() async throws {
            let world = try await World()
            defer { world.close() }
            let counters = world.governance.counters
            let tenant = world.tenant.id
            let later = counter(at: Self.now.adding(seconds: 3_600))
            let held = try await take(counters, tenant, counter(), max: 5)
            _ = try await take(counters, tenant, later, max: 5)
            try await counters.release(tenant, held.holds)
            #expect(try await value(counters, tenant, counter()) == "0")
            #expect(try await value(counters, tenant, later) == "1")
        }

        /// Tenant, policy, scope, name and window each make a counter of their own.
        @Test func identitiesDoNotMix() async throws {
            let world = try await World()
            defer { world.close() }
            let counters = world.governance.counters
            let tenant = world.tenant.id
            _ = try await take(counters, tenant, counter("a.b"), max: 5)
            #expect(try await value(counters, world.other.id, counter("a.b")) == "0")
            #expect(try await value(counters, tenant, counter("a.c")) == "0")
            #expect(try await value(counters, tenant, counter("a.b", .day)) == "0")
            #expect(
                try await value(counters, tenant, counter("a.b"), keeper: keeper(scope: "g2"))
                    == "0")
            let elsewhere = keeper("0190a000-0000-7000-8000-000000000003")
            #expect(try await value(counters, tenant, counter("a.b"), keeper: elsewhere) == "0")
            #expect(try await value(counters, tenant, counter("a.b")) == "1")
        }

        @Test func aDenialReservesNothing() async throws {
            let world = try await World()
            defer { world.close() }
            let counters = world.governance.counters
            let denied = try await take(counters, world.tenant.id, counter(), max: 0)
            #expect(!denied.decision && denied.holds.isEmpty)
            #expect(try await value(counters, world.tenant.id, counter()) == "0")
        }

        @Test func withoutCountersNothingIsAsked() async throws {
            let world = try await World()
            world.close()
            let counted = try await world.governance.counters.decide(
                world.tenant.id, [CounterPlan(keeper: keeper(), counters: [])]
            ) { _ in ("decided", [[]]) }
            #expect(counted.decision == "decided")
        }

        @Test func oldWindowsAreDropped() async throws {
            let world = try await World()
            defer { world.close() }
            let counters = world.governance.counters
            let tenant = world.tenant.id
            _ = try await take(counters, tenant, counter("t.n", .minute), max: 5)
            try await counters.prune(tenant, at: Self.now.adding(seconds: 60))
            #expect(try await value(counters, tenant, counter("t.n", .minute)) == "1")
            try await counters.prune(tenant, at: Self.now.adding(seconds: 3_600 + 120))
            let rows = try await world.replica.database.query(
                "SELECT 1 AS one FROM counters WHERE tenant_id = \(tenant)", tenant: tenant)
            #expect(rows.isEmpty)
        }
    }
}
