import Core
import Postgres
import Reactor
import TestSupport
import Testing
import Vault

@testable import Governance

extension DatabaseTests {
    @Suite(.timeLimit(.minutes(2))) struct AuditLogTests {
        func log(_ fixture: AuditFixture) -> AuditLog {
            AuditLog(
                database: fixture.database, writer: fixture.writer, ids: fixture.ids, clock: .live
            ) { _ in fixture.keys }
        }

        func read(
            _ fixture: AuditFixture, _ filter: AuditFilter = AuditFilter(),
            log name: AuditLogName = .calls,
            page: PageRequest = PageRequest()
        ) async throws -> Page<AuditItem> {
            try await log(fixture).entries(
                fixture.tenant, log: name, filter: filter, page: page,
                by: .commandLine(tenant: fixture.tenant, slug: "acme"), requestID: "r")
        }

        @Test func pagesGoBackInTimeWithoutGapsOrTwins() async throws {
            let fixture = try await AuditFixture()
            try await fixture.concurrently(23) { _ in
                try await fixture.writer.append(fixture.record())
            }
            var seen: [Int] = []
            var times: [Timestamp] = []
            var token: String?
            repeat {
                let page = try await read(fixture, page: PageRequest(limit: 5, token: token))
                seen += page.items.map(\.index)
                times += page.items.map(\.time)
                token = page.next
            } while token != nil
            #expect(seen.count == 23)
            #expect(Set(seen).count == 23)
            #expect(times == times.sorted(by: >))
        }

        @Test(arguments: ["", "x", "MQ", "MS4y.", "LjE", "9999999999"])
        func strangePageTokensAreRefused(_ token: String) async throws {
            let fixture = try await AuditFixture()
            let failure = await #expect(throws: Failure.self) {
                try await read(fixture, page: PageRequest(token: token))
            }
            #expect(failure?.code == .invalid)
        }

        @Test func filtersSelect() async throws {
            let fixture = try await AuditFixture()
            let grant = fixture.ids.next()
            let agent = fixture.ids.next()
            try await fixture.database.execute(
                """
                INSERT INTO agents (tenant_id, id, name, kind, environment, owner, created_at,
                    updated_at) VALUES (\(fixture.tenant), \(agent), 'a', 'agent', '', '', now(),
                    now())
                """, tenant: fixture.tenant)
            try await fixture.database.execute(
                """
                INSERT INTO grants (tenant_id, id, label, agent_id, created_at, created_by)
                VALUES (\(fixture.tenant), \(grant), 'g', \(agent), now(), '')
                """, tenant: fixture.tenant)
            var denied = fixture.record(.deny, kind: .refused, code: "policy_denied")
            denied.rule = "cap"
            denied.grant = grant
            denied.agent = agent
            let intent = fixture.record()
            var outcome = CallRecord(
                outcome: .unknown, of: intent, id: fixture.ids.next(), time: Clock.live.now())
            outcome.latencyMicroseconds = 5
            for record in [denied, intent, outcome] { try await fixture.writer.append(record) }

            func found(_ change: (inout AuditFilter) -> Void) async throws -> [Int] {
                var filter = AuditFilter()
                change(&filter)
                return try await read(fixture, filter).items.map(\.index).sorted()
            }
            #expect(try await found { _ in } == [0, 1, 2])
            #expect(try await found { $0.decision = "deny" } == [0])
            #expect(try await found { $0.decision = "allow" } == [1, 2])
            #expect(try await found { $0.rule = "cap" } == [0])
            #expect(try await found { $0.code = "policy_denied" } == [0])
            #expect(try await found { $0.grant = grant } == [0])
            #expect(try await found { $0.agent = agent } == [0])
            #expect(try await found { $0.agent = fixture.ids.next() } == [])
            #expect(try await found { $0.outcome = "unknown" } == [2])
            #expect(try await found { $0.kind = "intent" } == [1])
            #expect(try await found { $0.call = intent.call } == [1, 2])
            #expect(try await found { $0.requestID = intent.requestID } == [1, 2])
            #expect(try await found { $0.server = "desk" } == [0, 1, 2])
            #expect(try await found { $0.server = "none" } == [])
            #expect(try await found { $0.tool = "create_refund\u{0}" } == [])
            #expect(try await found { $0.until = intent.time } == [0])
            #expect(try await found { $0.from = intent.time } == [1, 2])
            let failure = await #expect(throws: Failure.self) {
                _ = try await found { $0.grant = "x" }
            }
            #expect(failure?.errors.first?.pointer == "grant")
            let misspelt: [(String, WritableKeyPath<AuditFilter, String?>)] = [
                ("decision", \.decision), ("kind", \.kind), ("outcome", \.outcome),
            ]
            for (name, part) in misspelt {
                let failure = await #expect(throws: Failure.self) {
                    _ = try await found { $0[keyPath: part] = "nonsense" }
                }
                #expect(failure?.errors.first?.pointer == name)
            }
        }

        @Test func serversAreFoundByIDAndSlug() async throws {
            let fixture = try await AuditFixture()
            let server = fixture.ids.next()
            try await fixture.database.execute(
                """
                INSERT INTO servers (tenant_id, id, slug, name, transport, url, created_at,
                    updated_at)
                VALUES (\(fixture.tenant), \(server), 'desk', 'Desk', 'streamable_http', 'x', now(),
                    now())
                """, tenant: fixture.tenant)
            try await fixture.writer.append(fixture.record())
            var filter = AuditFilter()
            filter.server = server
            #expect(try await read(fixture, filter).items.count == 1)
        }

        @Test func readingIsOnRecord() async throws {
            let fixture = try await AuditFixture()
            var filter = AuditFilter()
            filter.decision = "deny"
            _ = try await read(fixture, filter)
            let admin = try await fixture.leaves("admin")
            let json = try JSON.parse(admin[0].entry)
            #expect(json["action"]?.string == "audit.read")
            #expect(json["query"]?.string == "decision=deny")
            #expect(json["object"]?["id"]?.string == "calls")
            var actions = AuditFilter()
            actions.action = "audit.read"
            #expect(try await read(fixture, actions, log: .admin).items.count == 1)
        }

        @Test func argumentsAreJoined() async throws {
            let fixture = try await AuditFixture()
            var record = fixture.record()
            let arguments = try JSON.parse(Array(#"{"amount":12.50,"note":"x"}"#.utf8))
            let payload = ArgumentPayload(
                id: record.call,
                rows: ArgumentRows(
                    arguments, key: fixture.keys.key(.mac), knows: { _ in true },
                    captures: { $0 == Array("args.amount".utf8) }), entropy: .live)
            record.payload = payload.summary
            try await fixture.writer.append(record, payload: payload, keys: fixture.keys)
            try await fixture.writer.append(
                CallRecord(
                    outcome: .success, of: record, id: fixture.ids.next(), time: Clock.live.now()))
            let items = try await read(fixture).items
            #expect(items.count == 2)
            for item in items {
                let json = try JSON.parse(item.joined)
                #expect(json["arguments"]?["args.amount"]?["type"]?.string == "number")
                #expect(json["arguments"]?["args.note"]?["size"]?.int == 1)
                #expect(json["arguments"]?["args.note"]?["mac"]?.string?.utf8.count == 32)
                #expect(json["captured"]?["args.amount"]?.lexeme == Array("12.50".utf8))
                #expect(json["captured"]?.count == 1)
                #expect(json["index"]?.int == item.index)
                #expect(json["call"]?.string == record.call)
            }
            let other = try TenantKeys([
                DataKey.generate(tenant: fixture.tenant, entropy: .live)
            ])
            let lost = AuditLog(
                database: fixture.database, writer: fixture.writer, ids: fixture.ids, clock: .live
            ) { _ in other }
            let erased = try await lost.entries(
                fixture.tenant, log: .calls, filter: AuditFilter(), page: PageRequest(),
                by: .commandLine(tenant: fixture.tenant, slug: "acme"), requestID: nil)
            let json = try JSON.parse(erased.items[0].joined)
            #expect(json["arguments_state"]?.string == "erased")
            #expect(json["arguments"]?.isNull == true)
        }
    }
}
