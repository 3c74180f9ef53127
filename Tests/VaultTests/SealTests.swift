import Core
import Testing

@testable import Vault

@Suite struct SealTests {
    let tenant = TenantID("0190a000-0000-7000-8000-000000000001")
    let other = TenantID("0190a000-0000-7000-8000-000000000002")

    func keys(_ tenant: TenantID) throws -> TenantKeys {
        try TenantKeys([DataKey.generate(tenant: tenant, entropy: .live)])
    }

    func context() -> SealContext {
        SealContext(
            tenant: tenant, table: "credentials", row: "server-1", column: "sealed", version: 7)
    }

    func text(_ secret: Secret) -> String {
        secret.withBytes { String(decoding: $0, as: UTF8.self) }
    }

    @Test func opensWhatItSealed() throws {
        let keys = try keys(tenant)
        for count in [0, 1, 31, 64, 1_000, 70_000] {
            let plain = [UInt8](repeating: 0x61, count: count)
            let sealed = keys.seal(
                Secret(copying: plain), purpose: .credentials, context: context(), entropy: .live)
            #expect(sealed.count == count + AEAD.overheadBytes)
            let opened = try keys.open(sealed, purpose: .credentials, context: context())
            #expect(opened.withBytes { [UInt8]($0) } == plain)
        }
    }

    @Test func everyBitFlipIsRefused() throws {
        let keys = try keys(tenant)
        let sealed = keys.seal(
            Secret(copying: Array("s3cret".utf8)), purpose: .credentials, context: context(),
            entropy: .live)
        for bit in 0..<(sealed.count * 8) {
            var altered = sealed
            altered[bit / 8] ^= 1 << UInt8(bit % 8)
            #expect(throws: Failure.self) {
                try keys.open(altered, purpose: .credentials, context: context())
            }
        }
        for count in 0..<sealed.count {
            #expect(throws: Failure.self) {
                try keys.open(
                    Array(sealed[..<count]), purpose: .credentials, context: context())
            }
        }
    }

    @Test func everySwapOfPlaceIsRefused() throws {
        let keys = try keys(tenant)
        let place = context()
        let sealed = keys.seal(
            Secret(copying: Array("s3cret".utf8)), purpose: .credentials, context: place,
            entropy: .live)
        func moved(_ change: (inout SealContext) -> Void) -> SealContext {
            var copy = place
            change(&copy)
            return copy
        }
        let places = [
            moved { $0.tenant = other },
            moved { $0.table = "servers" },
            moved { $0.row = "server-2" },
            moved { $0.column = "fingerprint" },
            moved { $0.version = 6 },
            moved { $0.version = 8 },
            // Parts that only read alike without their lengths.
            moved {
                $0.table = "credentialss"
                $0.row = "erver-1"
            },
            moved {
                $0.row = ""
                $0.column = "server-1sealed"
            },
        ]
        for wrong in places {
            #expect(throws: Failure.self) {
                try keys.open(sealed, purpose: .credentials, context: wrong)
            }
        }
        for purpose in KeyPurpose.allCases where purpose != .credentials {
            #expect(throws: Failure.self) {
                try keys.open(sealed, purpose: purpose, context: place)
            }
        }
    }

    @Test func otherKeysAreRefused() throws {
        let mine = try keys(tenant)
        let sealed = mine.seal(
            Secret(copying: [1, 2, 3]), purpose: .payload, context: context(), entropy: .live)
        #expect(throws: Failure.self) {
            try keys(tenant).open(sealed, purpose: .payload, context: context())
        }
        // A foreign key under a forged id does not pass the commitment.
        let forged = SubKey(
            id: mine.currentID, storage: Secret(count: 32) { Entropy.live.fill($0) }, offset: 0)
        let failure = #expect(throws: Failure.self) {
            try AEAD.open(sealed, key: forged, context: context())
        }
        #expect(failure?.detail?.contains("differ") == true)
    }

    @Test func olderGenerationsStillOpen() throws {
        let first = DataKey.generate(tenant: tenant, entropy: .live)
        let second = DataKey.generate(tenant: tenant, entropy: .live)
        let before = try TenantKeys([first])
        let sealed = before.seal(
            Secret(copying: [9]), purpose: .session, context: context(), entropy: .live)
        let after = try TenantKeys([first, second])
        #expect(after.currentID == second.id)
        #expect(try after.open(sealed, purpose: .session, context: context()).count == 1)
        #expect(after.key(.mac, id: first.id) != nil)
        #expect(after.key(.mac, id: KeyID(1)) == nil)
    }

    @Test func mixedOrEmptyKeyringsAreRefused() {
        #expect(throws: Failure.self) { try TenantKeys([]) }
        #expect(throws: Failure.self) {
            try TenantKeys([
                DataKey.generate(tenant: tenant, entropy: .live),
                DataKey.generate(tenant: other, entropy: .live),
            ])
        }
    }

    @Test func wrappedKeysBelongToTheirTenantAndRoot() throws {
        let root = try RootKey(RootKey.generate(entropy: .live))
        let wrongRoot = try RootKey(RootKey.generate(entropy: .live))
        let key = DataKey.generate(tenant: tenant, entropy: .live)
        let wrapped = key.wrapped(under: root, entropy: .live)
        let opened = try DataKey(
            unwrapping: wrapped, tenant: tenant, id: key.id.text, under: root)
        #expect(opened.id == key.id)
        #expect(opened.secret.equals(key.secret))
        #expect(throws: Failure.self) {
            try DataKey(unwrapping: wrapped, tenant: other, id: key.id.text, under: root)
        }
        #expect(throws: Failure.self) {
            try DataKey(unwrapping: wrapped, tenant: tenant, id: "0", under: root)
        }
        #expect(throws: Failure.self) {
            try DataKey(unwrapping: wrapped, tenant: tenant, id: key.id.text, under: wrongRoot)
        }
    }

    @Test func noncesDiffer() throws {
        let keys = try keys(tenant)
        let sealed = (0..<2).map { _ in
            keys.seal(
                Secret(copying: [1]), purpose: .cursor, context: context(), entropy: .live)
        }
        #expect(sealed[0] != sealed[1])
    }

    @Test func associatedDataIsWhatTheFormatSays() {
        let place = SealContext(
            tenant: TenantID("t"), table: "ab", row: "", column: "c", version: 258)
        let expected =
            Array("bailiwick.seal.1".utf8) + [0, 0, 0, 1] + Array("t".utf8) + [0, 0, 0, 2]
            + Array("ab".utf8) + [0, 0, 0, 0] + [0, 0, 0, 1] + Array("c".utf8)
            + [0, 0, 0, 0, 0, 0, 1, 2] + [0, 0, 0, 0, 0, 0, 0, 5]
        #expect(place.associatedData(key: KeyID(5)) == expected)
    }
}
