import Core
import Policy
import Postgres
import TestSupport
import Testing
import Vault

@testable import Governance

extension DatabaseTests {
    /// Another tenant's object answers exactly as one that never was.
    @Suite(.timeLimit(.minutes(2))) struct IsolationTests {
        /// A verb of the control plane on an object's id, done by the other tenant.
        struct Attempt: Sendable {
            let name: String
            let verb: @Sendable (String) async throws(Failure) -> Void

            init(_ name: String, _ verb: @escaping @Sendable (String) async throws(Failure) -> Void)
            {
                self.name = name
                self.verb = verb
            }
        }

        private func expectUnknown(_ id: String, _ attempts: [Attempt]) async {
            let nobody = "0190a000-0000-7000-8000-00000000000a"
            for attempt in attempts {
                let foreign = await failure { () throws(Failure) in try await attempt.verb(id) }
                let absent = await failure { () throws(Failure) in try await attempt.verb(nobody) }
                #expect(foreign?.code == .notFound, "\(attempt.name)")
                #expect(foreign?.message == absent?.message, "\(attempt.name)")
                #expect(foreign?.errors == absent?.errors, "\(attempt.name)")
            }
        }

        @Test func anotherTenantsServersAreUnknown() async throws {
            let world = try await World()
            defer { world.close() }
            let server = try await world.server()
            let (governance, rival) = (world.governance, world.other.id)
            let change = world.change(in: world.other)
            await expectUnknown(
                server.id,
                [
                    Attempt("get") { id throws(Failure) in
                        _ = try await governance.servers.get(rival, id)
                    },
                    Attempt("update") { id throws(Failure) in
                        _ = try await governance.servers.update(
                            id, ServerEdit(name: "x"), ifVersion: 1, by: change)
                    },
                    Attempt("delete") { id throws(Failure) in
                        try await governance.servers.delete(id, ifVersion: 1, by: change)
                    },
                    Attempt("credential") { id throws(Failure) in
                        _ = try await governance.credentials.put(.none, serverID: id, by: change)
                    },
                    Attempt("summary") { id throws(Failure) in
                        _ = try await governance.credentials.summary(rival, serverID: id)
                    },
                    Attempt("tools") { id throws(Failure) in
                        _ = try await governance.catalogue.tools(rival, serverID: id)
                    },
                    Attempt("discovery") { id throws(Failure) in
                        _ = try await governance.catalogue.recordDiscovery(
                            [], serverID: id, by: change)
                    },
                    Attempt("pin") { id throws(Failure) in
                        _ = try await governance.catalogue.pin(
                            "t", serverID: id, definitionHash: "00", by: change)
                    },
                    Attempt("classify") { id throws(Failure) in
                        _ = try await governance.catalogue.classify(
                            "t", serverID: id, toolClass: "read", severity: "low", ifVersion: 1,
                            by: change)
                    },
                ])
        }

        @Test func anotherTenantsPoliciesAreUnknown() async throws {
            let world = try await World()
            defer { world.close() }
            let policy = try await world.policy()
            let attachment = try await world.governance.attachments.create(
                NewAttachment(
                    layer: "tenant", targetID: world.tenant.id.text, policyID: policy.id),
                by: world.change()
            ).object
            let (governance, rival) = (world.governance, world.other.id)
            let change = world.change(in: world.other)
            await expectUnknown(
                policy.id,
                [
                    Attempt("get") { id throws(Failure) in
                        _ = try await governance.policies.get(rival, id)
                    },
                    Attempt("version") { id throws(Failure) in
                        _ = try await governance.policies.version(rival, id, number: 1)
                    },
                    Attempt("versions") { id throws(Failure) in
                        _ = try await governance.policies.versions(rival, id, PageRequest())
                    },
                    Attempt("add") { id throws(Failure) in
                        _ = try await governance.policies.addVersion(
                            id, document: "version: \"1\"\ntools: {}", by: change)
                    },
                    Attempt("activate") { id throws(Failure) in
                        _ = try await governance.policies.activate(
                            id, number: 1, ifVersion: 1, by: change)
                    },
                ])
            await expectUnknown(
                attachment.id,
                [
                    Attempt("get") { id throws(Failure) in
                        _ = try await governance.attachments.get(rival, id)
                    },
                    Attempt("update") { id throws(Failure) in
                        _ = try await governance.attachments.update(
                            id, policyID: policy.id, policyVersion: nil, ifVersion: 1, by: change)
                    },
                    Attempt("delete") { id throws(Failure) in
                        try await governance.attachments.delete(id, by: change)
                    },
                ])
        }

        @Test func anotherTenantsIdentitiesAreUnknown() async throws {
            let world = try await World()
            defer { world.close() }
            let (grant, _) = try await world.grant()
            let token = try await world.governance.apiTokens.mint(
                NewAPIToken(name: "ci", roles: ["admin"]), by: world.change()
            ).object
            let (governance, rival) = (world.governance, world.other.id)
            let change = world.change(in: world.other)
            await expectUnknown(
                grant.agentID,
                [
                    Attempt("get agent") { id throws(Failure) in
                        _ = try await governance.agents.get(rival, id)
                    },
                    Attempt("update agent") { id throws(Failure) in
                        _ = try await governance.agents.update(
                            id, AgentEdit(name: "x"), ifVersion: 1, by: change)
                    },
                ])
            await expectUnknown(
                grant.id,
                [
                    Attempt("get grant") { id throws(Failure) in
                        _ = try await governance.grants.get(rival, id)
                    },
                    Attempt("revoke grant") { id throws(Failure) in
                        _ = try await governance.grants.revoke(id, by: change)
                    },
                ])
            await expectUnknown(
                token.id,
                [
                    Attempt("revoke token") { id throws(Failure) in
                        try await governance.apiTokens.revoke(id, by: change)
                    }
                ])
        }

        @Test func partsOfAnotherTenantCannotBeUsed() async throws {
            let world = try await World()
            defer { world.close() }
            let server = try await world.server()
            let agent = try await world.agent()
            let policy = try await world.policy()
            let refused = await failure { () throws(Failure) in
                try await world.governance.grants.mint(
                    NewGrant(
                        label: "g", agentID: agent.id, servers: [server.slug], policyID: policy.id),
                    by: world.change(in: world.other))
            }
            #expect(refused?.code == .invalid)
            #expect(
                refused?.errors.map(\.pointer) == ["/servers/0", "/agent_id", "/policy_id"])
            for layer in Layer.allCases {
                let refused = await failure { () throws(Failure) in
                    try await world.governance.attachments.create(
                        NewAttachment(
                            layer: layer.rawValue,
                            targetID: layer == .tenant ? world.tenant.id.text : server.id,
                            policyID: policy.id), by: world.change(in: world.other))
                }
                #expect(refused?.errors.map(\.pointer) == ["/target_id"])
            }
        }

        @Test func listsShowOnlyTheirTenant() async throws {
            let world = try await World()
            defer { world.close() }
            let governance = world.governance
            let policy = try await world.policy()
            let (grant, _) = try await world.grant(policyID: policy.id)
            let rival = world.other.id
            #expect(try await governance.servers.list(rival, PageRequest()).items == [])
            #expect(try await governance.agents.list(rival, PageRequest()).items == [])
            #expect(try await governance.grants.list(rival, PageRequest()).items == [])
            #expect(try await governance.policies.list(rival, PageRequest()).items == [])
            #expect(try await governance.attachments.list(rival, PageRequest()).items == [])
            #expect(try await governance.apiTokens.list(rival, PageRequest()).items == [])
            let listed = try await governance.grants.list(world.tenant.id, PageRequest())
            #expect(listed.items == [grant] && listed.next == nil)
        }

        @Test func withoutATenantNothingIsSeen() async throws {
            let world = try await World()
            defer { world.close() }
            _ = try await world.grant()
            for table in ["tenants", "servers", "agents", "grants", "grant_tokens", "keyring"] {
                let rows = try await world.replica.database.query(
                    "SELECT 1 AS one FROM \(unsafe: table)", tenant: nil)
                #expect(rows.isEmpty, "\(table)")
            }
        }

        /// Slugs may repeat between tenants; within one they never do, even after a deletion.
        @Test func slugsAreNeverUsedAgain() async throws {
            let world = try await World()
            defer { world.close() }
            let server = try await world.server()
            _ = try await world.server(in: world.other)
            try await world.governance.servers.delete(
                server.id, ifVersion: server.version, by: world.change())
            let again = await failure { () throws(Failure) in
                try await world.governance.servers.create(
                    NewServer(
                        slug: "desk", name: "x", transport: "streamable_http",
                        url: "https://x.example"), by: world.change())
            }
            #expect(again?.code == .conflict)
            let tenant = await failure { () throws(Failure) in
                try await world.governance.tenants.create(
                    slug: "acme", name: "Other", host: "h", requestID: "r")
            }
            #expect(tenant?.code == .conflict)
            let gone = await failure { () throws(Failure) in
                try await world.governance.servers.get(world.tenant.id, server.id)
            }
            #expect(gone?.code == .notFound)
        }
    }
}
