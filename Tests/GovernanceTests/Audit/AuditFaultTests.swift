import Core
import Glibc
import Postgres
import Reactor
import TestSupport
import Testing
import Vault

@testable import Governance

extension DatabaseTests {
    /// A server of one's own that is stopped, frozen and killed.
    @Suite(.timeLimit(.minutes(5))) struct AuditFaultTests {
        static let limit: UInt64 = 3_000_000_000
        /// Crash recovery takes seconds; `BAILIWICK_SOAK` asks for more of it.
        static let kills = getenv("BAILIWICK_SOAK") == nil ? 1 : 20

        /// How long an append takes to fail, and with what.
        func failing(_ fixture: AuditFixture) async throws -> (Failure?, UInt64) {
            let start = Clock.live.monotonicNanoseconds()
            var failure: Failure?
            do throws(Failure) {
                try await fixture.writer.append(fixture.record())
            } catch {
                failure = error
            }
            return (failure, Clock.live.monotonicNanoseconds() - start)
        }

        /// Nanoseconds until an append succeeds again.
        func recovery(_ fixture: AuditFixture) async throws -> UInt64 {
            let start = Clock.live.monotonicNanoseconds()
            while try await failing(fixture).0 != nil {
                if Clock.live.monotonicNanoseconds() - start > 10_000_000_000 { break }
            }
            return Clock.live.monotonicNanoseconds() - start
        }

        @Test func aStoppedServerFailsInTimeAndIsForgiven() async throws {
            let server = try PrivatePostgres()
            let fixture = try await AuditFixture(server)
            try await fixture.writer.append(fixture.record())
            try server.stop()
            for _ in 0..<3 {
                let (failure, nanoseconds) = try await failing(fixture)
                #expect(failure?.code == .auditUnavailable)
                #expect(nanoseconds <= Self.limit)
            }
            try server.restart()
            #expect(try await recovery(fixture) <= 5_000_000_000)
            try await consistent(fixture)
        }

        @Test func aFrozenServerFailsInTimeAndIsForgiven() async throws {
            let server = try PrivatePostgres()
            let fixture = try await AuditFixture(server)
            let acknowledged = Locked<Set<String>>([])
            server.freeze()
            let slowest = Locked<UInt64>(0)
            try await fixture.concurrently(50) { _ in
                let (failure, nanoseconds) = try await failing(fixture)
                #expect(failure?.code == .auditUnavailable)
                slowest.withLock { $0 = max($0, nanoseconds) }
            }
            #expect(slowest.withLock { $0 } <= Self.limit)
            server.thaw()
            let start = Clock.live.monotonicNanoseconds()
            for _ in 0..<20 {
                let record = fixture.record()
                guard (try? await fixture.writer.append(record)) != nil else { continue }
                _ = acknowledged.withLock { $0.insert(record.id) }
                break
            }
            #expect(Clock.live.monotonicNanoseconds() - start <= 5_000_000_000)
            try await closed(fixture, acknowledged: acknowledged.withLock { $0 })
            try await consistent(fixture)
        }

        @Test func aLockedTableFailsInTime() async throws {
            let server = try PrivatePostgres()
            let fixture = try await AuditFixture(server)
            let all = try AuditFixture.database(fixture.test.superuserURL, fixture.group)
            try await all.transaction(tenant: nil) { (transaction) async throws(Failure) in
                try await transaction.execute("LOCK TABLE audit_leaves IN ACCESS EXCLUSIVE MODE")
                let result = try? await failing(fixture)
                #expect(result?.0?.code == .auditUnavailable)
                #expect(result.map { $0.1 <= Self.limit } == true)
            }
            #expect(try await recovery(fixture) <= 5_000_000_000)
            try await all.execute("REVOKE INSERT ON audit_leaves FROM bailiwick_app", tenant: nil)
            let (failure, nanoseconds) = try await failing(fixture)
            #expect(failure?.code == .auditUnavailable)
            #expect(nanoseconds <= Self.limit)
            try await all.execute("GRANT INSERT ON audit_leaves TO bailiwick_app", tenant: nil)
            #expect(try await recovery(fixture) <= 5_000_000_000)
            all.close()
            try await consistent(fixture)
        }

        @Test func killedUnderLoadKeepsWhatWasAcknowledged() async throws {
            let server = try PrivatePostgres(fsync: true)
            let fixture = try await AuditFixture(server)
            let acknowledged = Locked<Set<String>>([])
            let isOver = Locked(false)
            async let load: Void = fixture.concurrently(32) { _ in
                while !isOver.withLock({ $0 }) {
                    try await Task.sleep(nanoseconds: 2_000_000)
                    let record = fixture.record()
                    do throws(Failure) {
                        try await fixture.writer.append(record)
                        _ = acknowledged.withLock { $0.insert(record.id) }
                    } catch {
                        #expect(error.code == .auditUnavailable)
                    }
                }
            }
            do {
                defer { isOver.withLock { $0 = true } }
                for _ in 0..<Self.kills {
                    try await Task.sleep(nanoseconds: 700_000_000)
                    server.kill()
                    try server.restart()
                }
                try await Task.sleep(nanoseconds: 1_500_000_000)
            }
            try await load
            for _ in 0..<50 where (try? await fixture.leaves()) == nil {
                try await Task.sleep(nanoseconds: 100_000_000)
            }
            try await closed(fixture, acknowledged: acknowledged.withLock { $0 })
            let present = try await fixture.leaves().map(\.id)
            #expect(Set(present).count == present.count)
            #expect(acknowledged.withLock { $0 }.subtracting(present).isEmpty)
            #expect(acknowledged.withLock { $0.count } > 100)
            try await consistent(fixture)
        }

        /// Intents whose appender was told that they failed get an outcome that says so.
        func closed(_ fixture: AuditFixture, acknowledged: Set<String>) async throws {
            // Doubts are settled by whatever commits next.
            var later: Set<String> = []
            for _ in 0..<100
            where fixture.writer.state.withLock({ $0.isSettling || !$0.doubts.isEmpty }) {
                let record = fixture.record()
                try await fixture.writer.append(record)
                later.insert(record.id)
                try await Task.sleep(nanoseconds: 100_000_000)
            }
            #expect(fixture.writer.state.withLock { $0.doubts.isEmpty })
            var open: Set<String> = []
            var closed: [String] = []
            for leaf in try await fixture.leaves() {
                let json = try JSON.parse(leaf.entry)
                if json["kind"]?.equals("intent") == true {
                    open.insert(leaf.id)
                } else if let call = json["call"]?.string {
                    #expect(json["code"]?.string == "audit_unavailable")
                    closed.append(call)
                }
            }
            #expect(Set(closed).count == closed.count)
            #expect(Set(closed).isDisjoint(with: acknowledged.union(later)))
            #expect(open.subtracting(closed) == acknowledged.union(later))
        }

        func consistent(_ fixture: AuditFixture) async throws {
            // Each reactor finds its own way back to the server.
            for _ in 0..<50 where (try? await fixture.leaves()) == nil {
                try await Task.sleep(nanoseconds: 100_000_000)
            }
            let indexes = try await fixture.leaves().map(\.index)
            #expect(indexes == Array(0..<indexes.count))
            #expect(try await fixture.size() == indexes.count)
        }
    }
}
