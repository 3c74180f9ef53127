import Core
import Policy
import Postgres
import Reactor
import TestSupport
import Testing

@testable import Governance

extension DatabaseTests {
    @Suite(.timeLimit(.minutes(2))) struct PolicyStoreTests {
        static let denyAll = "version: \"1\"\ndefault: deny\ntools: {}\n"
        static let allowAll = "version: \"1\"\ntools: {}\n"

        @Test func invalidDocumentsAreNotSaved() async throws {
            let world = try await World()
            defer { world.close() }
            let refused = await failure { () throws(Failure) in
                try await world.governance.policies.create(
                    name: "", document: "version: \"9\"\nnonsense: 1\n", by: world.change())
            }
            #expect(refused?.code == .invalid)
            #expect((refused?.errors.count ?? 0) >= 2)
            #expect(refused?.errors.first?.pointer == "/name")
            let stored = try await world.governance.policies.list(world.tenant.id, PageRequest())
            #expect(stored.items == [])
        }

        @Test func versionsNeverChange() async throws {
            let world = try await World()
            defer { world.close() }
            let policy = try await world.policy()
            let migrator = try ReactorGroup(count: 1)
            let database = try Database(url: world.test.migrateURL, reactors: migrator.reactors)
            database.start()
            defer {
                database.close()
                migrator.shutdown()
            }
            let attacks: [Query] = [
                "UPDATE policy_versions SET document = 'x'", "DELETE FROM policy_versions",
                "TRUNCATE policy_versions CASCADE",
            ]
            for attack in attacks {
                let owner = await failure { () throws(Failure) in
                    try await database.query(attack, tenant: nil)
                }
                #expect(owner != nil)
                let runtime = await failure { () throws(Failure) in
                    try await world.replica.database.query(attack, tenant: world.tenant.id)
                }
                #expect(runtime != nil)
            }
            let version = try await world.governance.policies.version(
                world.tenant.id, policy.id, number: 1)
            #expect(version.document == Self.allowAll)
        }

        @Test func aNewVersionWaitsUntilItIsActivated() async throws {
            let world = try await World()
            defer { world.close() }
            let governance = world.governance
            let policy = try await world.policy(Self.allowAll)
            let (_, token) = try await world.grant(policyID: policy.id)
            func posture() async throws -> (Int, PolicyDocument.Posture) {
                let access = try await governance.grantCache.authenticate(token)
                let snapshot = try await governance.snapshots.current(access.tenant)
                let server = try #require(snapshot.server(slug: Array("desk".utf8)))
                let policies = try await governance.snapshots.policies(
                    of: access, at: server, in: snapshot)
                #expect(policies.count == 1)
                return (policies[0].version, policies[0].policy.posture)
            }
            #expect(try await posture() == (1, .allow))
            let added = try await governance.policies.addVersion(
                policy.id, document: Self.denyAll, by: world.change(reason: "stricter")
            ).object
            #expect(added.number == 2 && added.reason == "stricter")
            #expect(try await posture() == (1, .allow))
            let stale = await failure { () throws(Failure) in
                try await governance.policies.activate(
                    policy.id, number: 2, ifVersion: 1, by: world.change())
            }
            #expect(stale?.code == .preconditionFailed)
            let none = await failure { () throws(Failure) in
                try await governance.policies.activate(
                    policy.id, number: 3, ifVersion: 2, by: world.change())
            }
            #expect(none?.code == .invalid)
            _ = try await governance.policies.activate(
                policy.id, number: 2, ifVersion: 2, by: world.change())
            #expect(try await posture() == (2, .deny))
        }

        @Test func layersAreAttachedAndDetached() async throws {
            let world = try await World()
            defer { world.close() }
            let governance = world.governance
            let policy = try await world.policy()
            let (grant, token) = try await world.grant()
            let server = try await governance.servers.find(world.tenant.id, slug: "desk")
            let targets = [
                ("tenant", world.tenant.id.text), ("server", server.id), ("grant", grant.id),
            ]
            func layers() async throws -> [Layer] {
                let access = try await governance.grantCache.authenticate(token)
                let snapshot = try await governance.snapshots.current(access.tenant)
                let server = try #require(snapshot.server(slug: Array("desk".utf8)))
                return try await governance.snapshots.policies(of: access, at: server, in: snapshot)
                    .map(\.layer)
            }
            #expect(try await layers() == [])
            var attachments: [String] = []
            for (layer, target) in targets {
                let new = NewAttachment(layer: layer, targetID: target, policyID: policy.id)
                attachments.append(
                    try await governance.attachments.create(new, by: world.change()).object.id)
                let twice = await failure { () throws(Failure) in
                    try await governance.attachments.create(new, by: world.change())
                }
                #expect(twice?.code == .conflict)
            }
            #expect(try await layers() == [.tenant, .server, .grant])
            for id in attachments {
                try await governance.attachments.delete(id, by: world.change())
            }
            #expect(try await layers() == [])
        }

        @Test(arguments: ["shadow", "warn"]) func observingModesAreRefused(_ mode: String)
            async throws
        {
            let world = try await World()
            defer { world.close() }
            let policy = try await world.policy()
            let refused = await failure { () throws(Failure) in
                try await world.governance.attachments.create(
                    NewAttachment(
                        layer: "tenant", targetID: world.tenant.id.text, policyID: policy.id,
                        mode: mode), by: world.change())
            }
            #expect(refused?.errors.map(\.pointer) == ["/mode"])
        }
    }
}
