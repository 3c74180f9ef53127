import Core
import TestSupport
import Testing
import Vault

@testable import Governance

extension DatabaseTests {
    @Suite(.timeLimit(.minutes(2))) struct KeyringTests {
        @Test func aWrongMasterKeyIsOneClearLine() async throws {
            let world = try await World()
            defer { world.close() }
            let wrong = try RootKey(RootKey.generate(entropy: .live))
            let replica = try Replica(world.test.appURL, rootKey: wrong)
            defer { replica.close() }
            let refused = await failure { () throws(Failure) in try await replica.governance.start()
            }
            #expect(refused?.code == .invalid)
            #expect(refused?.message.contains("wrong master key") == true)
            #expect(refused?.message.contains("\n") == false)
        }

        @Test func theRightKeyOpensWhatAnotherReplicaSealed() async throws {
            let world = try await World()
            defer { world.close() }
            let server = try await world.server()
            _ = try await world.governance.credentials.put(
                .bearer(token: Secret(copying: [0x61])), serverID: server.id, by: world.change())
            let replica = try Replica(world.test.appURL, rootKey: world.rootKey)
            defer { replica.close() }
            try await replica.start()
            let headers = try await replica.governance.credentials.headers(
                world.tenant.id, serverID: server.id, version: 1)
            #expect(headers.count == 1)
        }

        @Test func tenantsHaveKeysOfTheirOwn() async throws {
            let world = try await World()
            defer { world.close() }
            let first = try await world.governance.keyring.keys(for: world.tenant.id)
            let second = try await world.governance.keyring.keys(for: world.other.id)
            #expect(first.currentID != second.currentID)
        }
    }
}
