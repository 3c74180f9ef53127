import Core
import Foundation
import Postgres
import TestSupport
import Testing
import Vault

@testable import Governance

extension DatabaseTests {
    /// Planted values, in their usual disguises, are found nowhere in the tables.
    @Suite(.timeLimit(.minutes(2))) struct NoValuesTests {
        @Test func canariesAreNowhere() async throws {
            let fixture = try await AuditFixture()
            let canaries = (0..<100).map { "canary\($0)x\(UInt64.random(in: 1...UInt64.max))" }
            let numbers = (0..<100).map { _ in String(UInt64.random(in: 1 << 52...1 << 62)) }
            try await fixture.concurrently(100) { index in
                let text = canaries[index]
                let number = numbers[index]
                let arguments = try JSON.parse(
                    Array(
                        """
                        {"text":"\(text)","number":\(number),
                         "\(text)":{"deep":["\(text)",-\(number)]},
                         "encoded":"\(Data(text.utf8).base64EncodedString())"}
                        """.utf8))
                var record = fixture.record()
                let known: Set<[UInt8]> = [Array("text".utf8), Array("number".utf8)]
                let payload = ArgumentPayload(
                    id: record.call,
                    rows: ArgumentRows(arguments, key: fixture.keys.key(.mac)) {
                        known.contains($0)
                    }, entropy: .live)
                record.payload = payload.summary
                try await fixture.writer.append(record, payload: payload, keys: fixture.keys)
            }
            let dump = try await everything(in: fixture)
            #expect(dump.contains("create_refund"))
            for canary in canaries + numbers {
                let hex = Hex.encode(Array(canary.utf8))
                let base64 = Data(canary.utf8).base64EncodedString().prefix(16)
                for form in [canary, hex, String(base64)] { #expect(!dump.contains(form)) }
            }
        }

        /// Every row of the log's tables as text, bytes both as hexadecimal and as what they spell.
        private func everything(in fixture: AuditFixture) async throws -> String {
            var dump = ""
            for table in ["audit_leaves", "audit_payloads", "audit_heads"] {
                let rows = try await fixture.database.query(
                    "SELECT row_to_json(\(unsafe: table))::text AS line FROM \(unsafe: table)",
                    tenant: fixture.tenant)
                for row in rows { dump += try row.string("line") + "\n" }
            }
            for leaf in try await fixture.leaves() {
                dump += String(decoding: leaf.entry, as: UTF8.self) + "\n"
            }
            return dump
        }
    }
}
