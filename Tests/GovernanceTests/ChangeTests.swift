import Core
import Policy
import Postgres
import TestSupport
import Testing
import Vault

@testable import Governance

extension DatabaseTests {
    @Suite(.timeLimit(.minutes(2))) struct ChangeTests {
        @Test func aRetryIsDoneOnce() async throws {
            let world = try await World()
            defer { world.close() }
            let agent = try await world.agent()
            _ = try await world.server()
            let new = NewGrant(label: "g", agentID: agent.id, servers: ["desk"])
            let first = try await world.governance.grants.mint(new, by: world.change(key: "k1"))
            let again = try await world.governance.grants.mint(new, by: world.change(key: "k1"))
            #expect(first.token != nil && !first.replayed)
            #expect(again.token == nil && again.replayed && again.object.id == first.object.id)
            let other = await failure { () throws(Failure) in
                try await world.governance.grants.mint(new, by: world.change(key: "k1", digest: 2))
            }
            #expect(other?.code == .conflict)
            let list = try await world.governance.grants.list(world.tenant.id, PageRequest())
            #expect(list.items.count == 1)
        }

        @Test func retriesAtTheSameTimeAreDoneOnce() async throws {
            let world = try await World()
            defer { world.close() }
            let ids = try await withThrowingTaskGroup(of: (String, Bool).self) { group in
                for _ in 0..<16 {
                    group.addTask {
                        let changed = try await world.governance.agents.create(
                            NewAgent(name: "a"), by: world.change(key: "same"))
                        return (changed.object.id, changed.replayed)
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(Set(ids.map { $0.0 }).count == 1)
            #expect(ids.filter { !$0.1 }.count == 1)
        }

        @Test func keysOfOneTenantAreNotAnothers() async throws {
            let world = try await World()
            defer { world.close() }
            let first = try await world.governance.agents.create(
                NewAgent(name: "a"), by: world.change(key: "k"))
            let second = try await world.governance.agents.create(
                NewAgent(name: "a"), by: world.change(in: world.other, key: "k"))
            #expect(!second.replayed && first.object.id != second.object.id)
        }

        /// A change and its record are one: a refused change leaves neither.
        @Test func everyChangeIsOnRecord() async throws {
            let world = try await World()
            defer { world.close() }
            func size() async throws -> Int {
                try await world.replica.database.query(
                    """
                    SELECT size FROM audit_heads
                    WHERE tenant_id = \(world.tenant.id) AND log = 'admin'
                    """, tenant: world.tenant.id
                ).first?.int("size") ?? -1
            }
            #expect(try await size() == 1)
            let server = try await world.server()
            #expect(try await size() == 2)
            let stale = await failure { () throws(Failure) in
                try await world.governance.servers.update(
                    server.id, ServerEdit(name: "x"), ifVersion: 9, by: world.change())
            }
            #expect(stale?.code == .preconditionFailed)
            #expect(try await size() == 2)
            let updated = try await world.governance.servers.update(
                server.id, ServerEdit(name: "x"), ifVersion: 1, by: world.change()
            ).object
            #expect(updated.version == 2 && updated.name == "x" && updated.slug == "desk")
            #expect(try await size() == 3)
        }

        @Test func pagesFollowOneAnother() async throws {
            let world = try await World()
            defer { world.close() }
            var made: [String] = []
            for _ in 0..<5 { made.append(try await world.agent().id) }
            var seen: [String] = []
            var token: String?
            repeat {
                let page = try await world.governance.agents.list(
                    world.tenant.id, PageRequest(limit: 2, token: token))
                #expect(page.items.count <= 2)
                seen += page.items.map(\.id)
                token = page.next
            } while token != nil
            #expect(seen == made)
            let tampered = await failure { () throws(Failure) in
                try await world.governance.agents.list(
                    world.tenant.id, PageRequest(token: "' OR 1=1"))
            }
            #expect(tampered?.code == .invalid)
        }

        @Test func labelsComeBackAsTheyWere() async throws {
            let world = try await World()
            defer { world.close() }
            let labels = ["team/name": "a \"b\" \\ é", "x": ""]
            let agent = try await world.governance.agents.create(
                NewAgent(name: "a", labels: labels), by: world.change()
            ).object
            #expect(
                try await world.governance.agents.get(world.tenant.id, agent.id).labels == labels)
        }

        @Test(arguments: [
            ("tenant:5", nil), ("t:5:tokens:a,b", Notice.Scope.tokens(["a", "b"])),
            ("t:5:grants", .grants), ("t:5", .configuration), ("t", nil), ("t:x", nil),
            ("t:5:else", nil), ("t:5:tokens:a:b", nil), ("", nil),
        ])
        func noticesAreReadStrictly(_ payload: String, _ scope: Notice.Scope?) {
            let notice = Notice(payload: payload)
            if payload == "tenant:5" {
                #expect(
                    notice == Notice(tenant: TenantID("tenant"), version: 5, scope: .configuration))
            } else {
                #expect(notice?.scope == scope)
                if let notice { #expect(notice.payload == payload) }
            }
        }
    }
}
