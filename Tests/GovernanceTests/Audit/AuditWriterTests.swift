import Core
import Ledger
import Postgres
import Reactor
import TestSupport
import Testing
import Vault

@testable import Governance

extension DatabaseTests {
    @Suite(.timeLimit(.minutes(2))) struct AuditWriterTests {
        @Test func anAppendedEntryIsThere() async throws {
            let fixture = try await AuditFixture()
            let record = fixture.record()
            try await fixture.writer.append(record)
            let leaves = try await fixture.leaves()
            #expect(leaves.map(\.index) == [0])
            #expect(leaves[0].entry == record.entry)
            #expect(leaves[0].hash == MerkleTree.leafHash(record.entry).bytes)
            #expect(try await fixture.size() == 1)
        }

        @Test func twoWritersGiveConsecutiveIndexes() async throws {
            let fixture = try await AuditFixture()
            let database = try AuditFixture.database(fixture.test.appURL, fixture.group)
            defer { database.close() }
            let writers = [fixture.writer, AuditFixture.writer(database, fixture.group)]
            let acknowledged = Locked<Set<String>>([])
            try await fixture.concurrently(64) { number in
                for _ in 0..<50 {
                    let record = fixture.record()
                    try await writers[number % 2].append(record)
                    _ = acknowledged.withLock { $0.insert(record.id) }
                }
            }
            let leaves = try await fixture.leaves()
            #expect(leaves.map(\.index) == Array(0..<3_200))
            #expect(Set(leaves.map(\.id)) == acknowledged.withLock { $0 })
            #expect(try await fixture.size() == 3_200)
        }

        @Test func tenantsHaveLogsOfTheirOwn() async throws {
            let fixture = try await AuditFixture()
            let others = (0..<6).map { _ in TenantID(fixture.ids.next()) }
            for (number, tenant) in others.enumerated() {
                try await fixture.addTenant(tenant, slug: "other-\(number)")
            }
            try await fixture.concurrently(60) { number in
                let record = CallRecord(
                    .refused, id: fixture.ids.next(), time: Clock.live.now(),
                    tenant: others[number % 6], decision: .refused, code: "malformed")
                try await fixture.writer.append(record)
            }
            for tenant in others {
                let indexes = try await fixture.leaves(tenant: tenant).map(\.index)
                #expect(indexes == Array(0..<10))
            }
            #expect(try await fixture.leaves().isEmpty)
        }

        @Test func theSameRecordTwiceIsOneEntry() async throws {
            let fixture = try await AuditFixture()
            let record = fixture.record()
            try await fixture.writer.append(record)
            try await fixture.writer.append(record)
            try await fixture.concurrently(8) { _ in try await fixture.writer.append(record) }
            #expect(try await fixture.leaves().count == 1)
            #expect(try await fixture.size() == 1)
        }

        @Test func anotherRecordUnderTheSameIDFails() async throws {
            let fixture = try await AuditFixture()
            var record = fixture.record()
            try await fixture.writer.append(record)
            record.tool = "other"
            let failure = await #expect(throws: Failure.self) {
                try await fixture.writer.append(record)
            }
            #expect(failure?.code == .auditUnavailable)
            #expect(try await fixture.leaves().count == 1)
        }

        @Test func aTenantWithoutALogFailsAtOnce() async throws {
            let fixture = try await AuditFixture()
            let record = CallRecord(
                .intent, id: fixture.ids.next(), time: Clock.live.now(),
                tenant: TenantID(fixture.ids.next()), decision: .allow)
            let failure = await #expect(throws: Failure.self) {
                try await fixture.writer.append(record)
            }
            #expect(failure?.code == .auditUnavailable)
            let bad = CallRecord(
                .intent, id: "no id", time: Clock.live.now(), tenant: fixture.tenant,
                decision: .allow)
            await #expect(throws: Failure.self) { try await fixture.writer.append(bad) }
        }

        @Test func hostileTextsDoNotSpoilABatch() async throws {
            let fixture = try await AuditFixture()
            try await fixture.concurrently(20) { number in
                var record = fixture.record()
                if number % 2 == 0 {
                    record.tool = "a\u{0}b" + String(repeating: "é", count: 5_000)
                    record.requestID = "\u{0}"
                    record.grant = "not an id"
                    record.rule = "'; DROP TABLE audit_leaves; --"
                }
                try await fixture.writer.append(record)
            }
            #expect(try await fixture.leaves().count == 20)
        }

        @Test func payloadsStandBesideTheirEntries() async throws {
            let fixture = try await AuditFixture()
            try await fixture.concurrently(10) { number in
                var record = fixture.record()
                let arguments = try JSON.parse(Array("{\"n\":\(number)}".utf8))
                let payload = ArgumentPayload(
                    id: record.call,
                    rows: ArgumentRows(arguments, key: fixture.keys.key(.mac)) { _ in true },
                    entropy: .live)
                record.payload = payload.summary
                try await fixture.writer.append(record, payload: payload, keys: fixture.keys)
            }
            let counted = try await fixture.database.query(
                """
                SELECT count(*) AS many FROM audit_payloads AS payload
                JOIN audit_leaves AS leaf USING (tenant_id, id)
                WHERE payload.key_id = \(fixture.keys.currentID.text)
                """, tenant: fixture.tenant)
            #expect(try counted[0].int("many") == 10)
        }

        @Test func payloadMonthsAreMadeWhenMissing() async throws {
            let fixture = try await AuditFixture()
            let later = Timestamp(microseconds: Clock.live.now().microseconds).adding(
                seconds: 400 * 86_400)
            let ids = IDGenerator(
                clock: Clock(now: { later }, monotonicNanoseconds: { 0 }), entropy: .live)
            var record = CallRecord(
                .intent, id: ids.next(), time: later, tenant: fixture.tenant, decision: .allow)
            let payload = ArgumentPayload(
                id: record.call,
                rows: ArgumentRows(try JSON.parse(Array("[1]".utf8)), key: fixture.keys.key(.mac)) {
                    _ in true
                }, entropy: .live)
            record.payload = payload.summary
            try await fixture.writer.append(record, payload: payload, keys: fixture.keys)
            #expect(try await fixture.leaves().count == 1)
            try await fixture.writer.preparePayloadMonths()
        }

        @Test func adminRecordsArePartOfTheirChange() async throws {
            let fixture = try await AuditFixture()
            let principal = Principal.commandLine(tenant: fixture.tenant, slug: "acme")
            func record() -> AdminRecord {
                AdminRecord(
                    "server.create", id: fixture.ids.next(), time: Clock.live.now(), by: principal,
                    requestID: "r-1")
            }
            try await fixture.database.transaction(tenant: fixture.tenant) {
                (transaction) async throws(Failure) in
                try await AdminLog.append(record(), in: transaction)
                try await AdminLog.append(record(), in: transaction)
            }
            let failure = await #expect(throws: Failure.self) {
                try await fixture.database.transaction(tenant: fixture.tenant) {
                    (transaction) async throws(Failure) in
                    try await AdminLog.append(record(), in: transaction)
                    throw Failure(.conflict, "changed its mind")
                }
            }
            #expect(failure?.code == .conflict)
            #expect(try await fixture.leaves("admin").map(\.index) == [0, 1])
            #expect(try await fixture.size("admin") == 2)
        }
    }
}
