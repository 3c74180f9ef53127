import Core
import Postgres
import TestSupport
import Testing
import Vault

@testable import Governance

extension DatabaseTests {
    @Suite(.timeLimit(.minutes(2))) struct APITokenTests {
        func text(_ minted: Minted<APIToken>) throws -> [UInt8] {
            try #require(minted.token).withBytes { Array($0) }
        }

        @Test func aTokenSpeaksForItsService() async throws {
            let world = try await World()
            defer { world.close() }
            let tokens = world.governance.apiTokens
            let first = try await tokens.mint(
                NewAPIToken(name: "ci", roles: ["admin"]), by: world.change())
            let second = try await tokens.mint(
                NewAPIToken(name: "ci", roles: ["viewer", "auditor"]), by: world.change())
            #expect(try text(first).starts(with: "bwk_".utf8))
            #expect(first.object.principalID == second.object.principalID)
            let principal = try await tokens.authenticate(try text(first))
            #expect(principal.tenant == world.tenant.id && principal.tenantSlug == "acme")
            #expect(principal.name == "ci" && principal.kind == .service)
            #expect(principal.roles == [.admin] && principal.tokenID == first.object.id)
            let viewer = try await tokens.authenticate(try text(second))
            #expect(viewer.id == principal.id && viewer.roles == [.auditor, .viewer])
            let listed = try await tokens.list(world.tenant.id, PageRequest())
            #expect(Set(listed.items.map(\.id)) == [first.object.id, second.object.id])
        }

        @Test func strangersAllHearTheSame() async throws {
            let clock = ManualClock()
            let world = try await World(clock: clock.clock)
            defer { world.close() }
            let tokens = world.governance.apiTokens
            let revoked = try await tokens.mint(
                NewAPIToken(name: "a", roles: ["admin"]), by: world.change())
            let expired = try await tokens.mint(
                NewAPIToken(
                    name: "b", roles: ["admin"], expiresAt: clock.now.adding(seconds: 5)),
                by: world.change())
            _ = try await tokens.authenticate(try text(expired))
            try await tokens.revoke(revoked.object.id, by: world.change())
            clock.advance(seconds: 5)
            let strangers = [
                [], try text(revoked), try text(expired),
                Token.mint(.api, entropy: .live).text.withBytes { Array($0) },
                Token.mint(.grant, entropy: .live).text.withBytes { Array($0) },
            ]
            for stranger in strangers {
                let refused = await failure { () throws(Failure) in
                    try await tokens.authenticate(stranger)
                }
                #expect(refused?.code == .unauthenticated)
                #expect(refused?.message == Failure.badAPIToken.message)
            }
        }

        @Test func nobodyGivesWhatTheyDoNotHold() async throws {
            let world = try await World()
            defer { world.close() }
            let viewer = Principal(
                tenant: world.tenant.id, tenantSlug: "acme",
                id: "0190a000-0000-7000-8000-000000000001", name: "v", kind: .service,
                roles: [.viewer])
            let refused = await failure { () throws(Failure) in
                try await world.governance.apiTokens.mint(
                    NewAPIToken(name: "x", roles: ["viewer", "admin", "root"]),
                    by: Change(viewer, requestID: "r"))
            }
            #expect(refused?.errors.map(\.pointer) == ["/roles/1", "/roles/2"])
        }

        @Test func aMembersPasswordIsKeptAsAHash() async throws {
            let world = try await World()
            defer { world.close() }
            let hash = try Password.hash(Secret(copying: Array("correct horse".utf8)))
            let member = try await world.governance.members.create(
                NewMember(
                    email: "Ada@Acme.example", name: "Ada", roles: [.admin], passwordHash: hash),
                by: world.change()
            ).object
            #expect(member.email == "Ada@Acme.example")
            let row = try #require(
                try await world.replica.database.query(
                    "SELECT password_hash FROM principals WHERE id = \(member.id)",
                    tenant: world.tenant.id
                ).first)
            #expect(
                Password.verify(
                    Secret(copying: Array("correct horse".utf8)),
                    stored: try row.string("password_hash")))
            let twice = await failure { () throws(Failure) in
                try await world.governance.members.create(
                    NewMember(email: "ada@acme.example", name: "A", roles: [.viewer]),
                    by: world.change())
            }
            #expect(twice?.code == .conflict)
        }
    }
}
