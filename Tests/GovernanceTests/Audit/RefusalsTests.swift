import Core
import Postgres
import Reactor
import TestSupport
import Testing
import Vault

@testable import Governance

extension DatabaseTests {
    @Suite(.timeLimit(.minutes(2))) struct RefusalsTests {
        func refusal(_ fixture: AuditFixture, from source: String, code: String) -> CallRecord {
            var record = fixture.record(.refused, kind: .refused, code: code)
            record.source = source
            return record
        }

        func refusals(_ fixture: AuditFixture) -> Refusals {
            Refusals(
                writer: fixture.writer, ids: fixture.ids,
                runtime: AuditFixture.runtime(fixture.group), clock: .live, log: .none)
        }

        /// How many requests the log stands for.
        func counted(_ fixture: AuditFixture) async throws -> Int {
            try await fixture.leaves().reduce(0) { sum, leaf in
                sum + (try JSON.parse(leaf.entry)["count"]?.int ?? 1)
            }
        }

        @Test func aFloodIsAFewEntriesThatCountEverything() async throws {
            let fixture = try await AuditFixture()
            let refusals = refusals(fixture)
            try await fixture.concurrently(50) { number in
                for _ in 0..<40 {
                    try await refusals.append(
                        refusal(
                            fixture, from: "192.0.2.\(number % 2)", code: "unauthenticated"))
                }
            }
            // The first of each second is there already; the counts follow when it is over.
            #expect(try await !fixture.leaves().isEmpty)
            for _ in 0..<60 where try await counted(fixture) < 2_000 {
                try await Task.sleep(nanoseconds: 100_000_000)
            }
            #expect(try await counted(fixture) == 2_000)
            #expect(try await fixture.leaves().count < 40)
        }

        @Test func sourcesAndCodesAreCountedApart() async throws {
            let fixture = try await AuditFixture()
            let refusals = refusals(fixture)
            for code in ["malformed", "unauthenticated"] {
                for source in ["192.0.2.1", "192.0.2.2"] {
                    try await refusals.append(refusal(fixture, from: source, code: code))
                }
            }
            let sources = try await fixture.leaves().map {
                try JSON.parse($0.entry)["source"]?.string ?? ""
            }
            #expect(sources.sorted() == ["192.0.2.1", "192.0.2.1", "192.0.2.2", "192.0.2.2"])
        }

        @Test func manySourcesShareOne() async throws {
            let fixture = try await AuditFixture()
            let refusals = refusals(fixture)
            try await fixture.concurrently(1_000) { number in
                try await refusals.append(
                    refusal(fixture, from: "198.51.100.\(number)", code: "unauthenticated"))
            }
            let entries = try await fixture.leaves()
            // A run may touch two seconds, or three on a slow machine.
            #expect(entries.count <= 3 * (Limits.auditRefusalSourcesPerSecondMax + 2))
            #expect(
                try entries.contains { try JSON.parse($0.entry)["source"]?.string == "other" })
        }
    }
}
