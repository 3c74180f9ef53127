import Core
import Policy
import Testing
import Vault

@testable import Governance

@Suite struct CallEntryTests {
    let tenant = TenantID("0190a000-0000-7000-8000-00000000000a")
    let id = "0190a000-0000-7000-8000-000000000001"
    let time = Timestamp(microseconds: 1_767_225_600_123_456)

    func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

    func full() -> CallRecord {
        var record = CallRecord(
            .intent, id: id, time: time, tenant: tenant, decision: .allow, code: "allowed")
        record.grant = "0190a000-0000-7000-8000-000000000002"
        record.agent = "0190a000-0000-7000-8000-000000000003"
        record.server = "demo-desk"
        record.method = "tools/call"
        record.tool = "create_refund"
        record.era = "modern"
        record.revision = "2026-07-28"
        record.requestID = "req-1"
        record.policy = "0190a000-0000-7000-8000-000000000004"
        record.policyVersion = 3
        record.policies = [
            CallRecord.PolicyOutcome(
                layer: .grant, id: "0190a000-0000-7000-8000-000000000004", version: 3,
                mode: .enforce, outcome: .allow, rule: "cap")
        ]
        return record
    }

    @Test func goldenIntent() {
        #expect(
            text(full().entry) == """
                {"agent":"0190a000-0000-7000-8000-000000000003",\
                "call":"0190a000-0000-7000-8000-000000000001","code":"allowed",\
                "decision":"allow","era":"modern",\
                "grant":"0190a000-0000-7000-8000-000000000002",\
                "id":"0190a000-0000-7000-8000-000000000001","kind":"intent",\
                "latency_us":null,"method":"tools/call","payload":{"count":0,\
                "root":"47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="},\
                "policies":[{"id":"0190a000-0000-7000-8000-000000000004","layer":"grant",\
                "mode":"enforce","outcome":"allow","rule":"cap","version":3}],\
                "policy":"0190a000-0000-7000-8000-000000000004","policy_version":3,\
                "request_id":"req-1","revision":"2026-07-28","rule":null,"server":"demo-desk",\
                "tenant":"0190a000-0000-7000-8000-00000000000a",\
                "time":"2026-01-01T00:00:00.123456Z","tool":"create_refund",\
                "upstream_status":null,"v":1}
                """)
    }

    @Test func goldenOutcomeRepeatsTheIntent() {
        var record = CallRecord(
            outcome: .success, of: full(), id: "0190a000-0000-7000-8000-000000000009", time: time)
        record.result = CallRecord.Result(bytes: 512, kinds: ["text", "image"], isError: true)
        record.upstreamStatus = 200
        record.latencyMicroseconds = 1_234
        let entry = text(record.entry)
        #expect(entry.contains(#""call":"\#(id)""#))
        #expect(entry.contains(#""kind":"outcome","latency_us":1234"#))
        #expect(entry.contains(#""outcome":"success""#))
        #expect(
            entry.contains(
                #""result":{"bytes":512,"is_error":true,"kinds":["text","image"]}"#))
        #expect(entry.contains(#""upstream_status":200"#))
        #expect(entry.contains(#""tool":"create_refund""#))
    }

    @Test(arguments: [CallRecord.Kind.intent, .outcome, .refused])
    func entriesAreCanonicalJSON(_ kind: CallRecord.Kind) throws {
        var record = full()
        if kind != .intent {
            record = CallRecord(
                kind, id: id, time: time, tenant: tenant, decision: .refused, code: "malformed")
            record.source = "192.0.2.1"
            record.count = 17
            record.outcome = .unknown
            record.result = CallRecord.Result(bytes: 0)
        }
        record.tool = "a\u{0}\u{8}\t\n\u{c}\r\u{1f}\"\\/é€😀\u{7f}\u{2028}"
        let entry = record.entry
        #expect(try JSON.parse(entry).canonical == entry)
        #expect(try JSON.parse(entry)["tool"]?.string == record.tool)
    }

    @Test func numbersStayBelowTwoToThe53() throws {
        var record = full()
        record.latencyMicroseconds = .max
        record.policyVersion = .min
        let json = try JSON.parse(record.entry)
        #expect(json["latency_us"]?.int == 9_007_199_254_740_991)
        #expect(json["policy_version"]?.int == -9_007_199_254_740_991)
        #expect(json.canonical == record.entry)
    }

    @Test func noTextMakesAnEntryTooLarge() throws {
        let long = String(repeating: "\u{1}😀", count: 100_000)
        var record = full()
        (record.tool, record.method, record.code, record.rule) = (long, long, long, long)
        (record.server, record.era, record.revision, record.source) = (long, long, long, long)
        (record.requestID, record.policy, record.grant, record.agent) = (long, long, long, long)
        record.policies = (0..<1_000).map { _ in
            CallRecord.PolicyOutcome(
                layer: .tenant, id: long, version: .max, mode: .shadow, outcome: .deny, rule: long)
        }
        record.result = CallRecord.Result(
            bytes: .max, kinds: [String](repeating: long, count: 100), isError: true)
        let entry = record.entry
        #expect(entry.count <= Limits.auditEntryBytesMax)
        let json = try JSON.parse(entry)
        #expect(json.canonical == entry)
        #expect(json["tool"]?.string?.hasSuffix("…") == true)
        #expect(json["policies"]?.count == Limits.auditPoliciesMax)
    }

    @Test func adminEntriesAreCanonicalAndBounded() throws {
        let principal = Principal(
            tenant: tenant, tenantSlug: "acme", id: id, name: "Ada Canary", kind: .member,
            roles: [.admin], tokenID: "0123456789AB")
        var record = AdminRecord(
            "server.create", id: id, time: time, by: principal, requestID: "r", reason: "why")
        #expect(
            text(record.entry) == """
                {"action":"server.create","actor":{"id":"\(id)","kind":"member",\
                "roles":["admin"],"token":"0123456789AB"},"after":null,"before":null,\
                "id":"\(id)","kind":"admin","object":{"id":null,"kind":null},"reason":"why",\
                "request_id":"r","tenant":"\(tenant.text)","ticket":null,\
                "time":"2026-01-01T00:00:00.123456Z","v":1}
                """)
        let long = String(repeating: "\"", count: 100_000)
        (record.reason, record.query, record.ticket, record.object) = (long, long, long, long)
        record.before = SHA256.hash([1])
        #expect(record.entry.count <= Limits.auditEntryBytesMax)
        #expect(try JSON.parse(record.entry).canonical == record.entry)
        #expect(!text(record.entry).contains("Canary"))
    }
}
