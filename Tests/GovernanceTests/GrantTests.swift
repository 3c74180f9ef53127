import Core
import Policy
import Postgres
import TestSupport
import Testing
import Vault

@testable import Governance

extension DatabaseTests {
    @Suite(.timeLimit(.minutes(2))) struct GrantTests {
        func refusal(_ world: World, _ token: [UInt8]) async -> Failure? {
            await failure { () throws(Failure) in
                try await world.governance.grantCache.authenticate(token)
            }
        }

        @Test func strangersAllHearTheSame() async throws {
            let clock = ManualClock()
            let world = try await World(clock: clock.clock)
            defer { world.close() }
            let (grant, token) = try await world.grant()
            let (_, expiring) = try await world.grant(
                "soon", expiresAt: clock.now.adding(seconds: 60))
            _ = try await world.governance.grantCache.authenticate(expiring)
            clock.advance(seconds: 60)
            var wrongCheck = token
            wrongCheck[token.count - 1] = token[token.count - 1] == 0x30 ? 0x31 : 0x30
            let unknown = Token.mint(.grant, entropy: .live).text.withBytes { Array($0) }
            let api = Token.mint(.api, entropy: .live).text.withBytes { Array($0) }
            // Somebody who knows a grant's id and no secret.
            var forged = Array(unknown)
            forged.replaceSubrange(4..<16, with: token[4..<16])
            _ = try await world.governance.grants.revoke(grant.id, by: world.change())
            for stranger in [
                [], Array("bwg_".utf8), wrongCheck, unknown, api, forged, token, expiring,
            ] {
                for _ in 0..<2 {
                    let refused = await refusal(world, stranger)
                    #expect(refused?.code == .unauthenticated)
                    #expect(refused?.message == Failure.badGrantToken.message)
                    #expect(refused?.errors == [] && refused?.detail == nil)
                }
            }
        }

        @Test func aTokenOpensItsGrant() async throws {
            let world = try await World()
            defer { world.close() }
            let policy = try await world.policy()
            let (grant, token) = try await world.grant(policyID: policy.id)
            #expect(token.count == Token.byteCount && token.starts(with: "bwg_".utf8))
            let access = try await world.governance.grantCache.authenticate(token)
            #expect(access.tenant == world.tenant.id && access.tenantSlug == Array("acme".utf8))
            #expect(access.grantID == grant.id && access.label == "g")
            #expect(access.agentName == "tier-1" && access.agentID == grant.agentID)
            #expect(access.policies.map(\.policyID) == [policy.id])
            #expect(grant.policyID == policy.id && grant.servers == ["desk"])
            let snapshot = try await world.governance.snapshots.current(access.tenant)
            let server = try #require(snapshot.server(slug: Array("desk".utf8)))
            #expect(access.opens(server))
            // Remembered, once the echo of the grant's own notice has passed.
            let cache = world.governance.grantCache
            try await eventually {
                let first = try await cache.authenticate(token)
                return try await cache.authenticate(token) === first
            }
        }

        @Test func revokedMeansNow() async throws {
            let world = try await World()
            defer { world.close() }
            let second = try Replica(world.test.appURL, rootKey: world.rootKey)
            defer { second.close() }
            try await second.start()
            let (grant, token) = try await world.grant()
            let (_, spared) = try await world.grant("spared")
            for cache in [world.governance.grantCache, second.governance.grantCache] {
                _ = try await cache.authenticate(token)
                _ = try await cache.authenticate(spared)
            }
            let revoked = try await world.governance.grants.revoke(
                grant.id, by: world.change(reason: "left"))
            #expect(revoked.revokedAt != nil)
            #expect(await refusal(world, token)?.code == .unauthenticated)
            try await eventually {
                await failure { () throws(Failure) in
                    try await second.governance.grantCache.authenticate(token)
                } != nil
            }
            _ = try await world.governance.grantCache.authenticate(spared)
            _ = try await second.governance.grantCache.authenticate(spared)
        }

        /// Callers hammer a token while it is revoked: none succeeds after the revoke returned.
        @Test func noCallSlipsThroughWhileRevoking() async throws {
            let world = try await World()
            defer { world.close() }
            for round in 0..<10 {
                let (grant, token) = try await world.grant("desk-\(round)")
                let isRevoked = Locked(false)
                let late = Locked(0)
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for _ in 0..<16 {
                        group.addTask {
                            for _ in 0..<200 {
                                let wasRevoked = isRevoked.withLock { $0 }
                                let refused = await refusal(world, token)
                                if wasRevoked && refused == nil { late.withLock { $0 += 1 } }
                            }
                        }
                    }
                    group.addTask {
                        _ = try await world.governance.grants.revoke(grant.id, by: world.change())
                        isRevoked.withLock { $0 = true }
                    }
                    try await group.waitForAll()
                }
                #expect(late.withLock { $0 } == 0)
            }
        }

        /// Without the change feed every call asks the database.
        @Test func aLostFeedIsNoLicence() async throws {
            let world = try await World()
            defer { world.close() }
            let (grant, token) = try await world.grant()
            _ = try await world.governance.grantCache.authenticate(token)
            world.governance.grantCache.feed(isListening: false)
            try await world.replica.database.execute(
                """
                UPDATE grants SET revoked_at = now(), revoked_by = 'x'
                WHERE tenant_id = \(world.tenant.id) AND id = \(grant.id)
                """, tenant: world.tenant.id)
            #expect(await refusal(world, token)?.code == .unauthenticated)
        }

        @Test func tokensAreStoredAsHashesOnly() async throws {
            let world = try await World()
            defer { world.close() }
            let (_, token) = try await world.grant()
            let secret = String(decoding: token[17..<47], as: UTF8.self)
            let rows = try await world.replica.database.query(
                "SELECT t::text AS row FROM grant_tokens t", tenant: world.tenant.id)
            #expect(rows.count == 1)
            #expect(try rows.allSatisfy { try !$0.string("row").contains(secret) })
        }

        @Test func lastUseIsNoted() async throws {
            let world = try await World()
            defer { world.close() }
            let (grant, token) = try await world.grant()
            #expect(grant.lastUsedAt == nil)
            _ = try await world.governance.grantCache.authenticate(token)
            await world.governance.housekeep()
            let used = try await world.governance.grants.get(world.tenant.id, grant.id)
            #expect(used.lastUsedAt != nil)
        }

        @Test func everythingWrongIsSaidAtOnce() async throws {
            let world = try await World()
            defer { world.close() }
            let refused = await failure { () throws(Failure) in
                try await world.governance.grants.mint(
                    NewGrant(
                        label: "", agentID: "?", servers: [],
                        expiresAt: Timestamp(microseconds: 0), labels: ["a b": "c"]),
                    by: world.change())
            }
            #expect(refused?.code == .invalid)
            #expect(
                refused?.errors.map(\.pointer) == ["/label", "/labels", "/servers", "/expires_at"])
        }
    }
}
