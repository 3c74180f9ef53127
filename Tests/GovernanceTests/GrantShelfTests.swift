import Core
import Testing
import Vault

@testable import Governance

@Suite struct GrantShelfTests {
    static let now = Timestamp(microseconds: 0)

    func access(_ id: String, tenant: String = "t") -> GrantAccess {
        GrantAccess(
            tenant: TenantID(tenant), tenantSlug: [], grantID: "g", tokenID: id, label: "",
            agentID: "", agentName: "", agentEnvironment: "", serverIDs: [], isReadOnly: false,
            expiresAt: nil, isRevoked: false, hash: SHA256.hash(Array(id.utf8)), policies: [])
    }

    func id(_ number: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: 12 - digits.count) + digits
    }

    @Test func keysDifferInEveryCharacter() {
        let base = Array("abcdefghijkl")
        var keys: Set<TokenKey> = [TokenKey(String(base))]
        for position in 0..<12 {
            var other = base
            other[position] = "X"
            keys.insert(TokenKey(String(other)))
        }
        #expect(keys.count == 13)
    }

    @Test func itStaysWithinItsBound() {
        var shelf = GrantShelf(grantsMax: 100, refusedMax: 10)
        for number in 0..<1_000 {
            shelf.remember(access(id(number)), TokenKey(id(number)), at: Self.now)
            #expect(shelf.count <= 100)
        }
    }

    @Test func whatIsUsedStays() {
        var shelf = GrantShelf(grantsMax: 100, refusedMax: 10)
        let used = TokenKey(id(0))
        shelf.remember(access(id(0)), used, at: Self.now)
        for number in 1..<1_000 {
            shelf.remember(access(id(number)), TokenKey(id(number)), at: Self.now)
            #expect(shelf.find(used) != nil)
        }
        #expect(shelf.find(TokenKey(id(1))) == nil)
    }

    @Test func refusalsEvictNoGrant() {
        var shelf = GrantShelf(grantsMax: 100, refusedMax: 10)
        shelf.remember(access(id(0)), TokenKey(id(0)), at: Self.now)
        for number in 0..<100 {
            shelf.refuse(SHA256.hash([UInt8(number)]), until: 5)
        }
        #expect(shelf.find(TokenKey(id(0))) != nil)
        #expect(shelf.isRefused(SHA256.hash([99]), at: 4))
        #expect(!shelf.isRefused(SHA256.hash([99]), at: 5))
    }

    @Test func noticesForgetWhatTheyConcern() {
        var shelf = GrantShelf(grantsMax: 100, refusedMax: 10)
        for (number, tenant) in [(1, "t"), (2, "t"), (3, "u")] {
            shelf.remember(access(id(number), tenant: tenant), TokenKey(id(number)), at: Self.now)
        }
        func known(_ shelf: inout GrantShelf) -> [Int] {
            [1, 2, 3].filter { shelf.find(TokenKey(id($0))) != nil }
        }
        let tenant = TenantID("t")
        shelf.apply(Notice(tenant: tenant, version: 1, scope: .configuration))
        #expect(known(&shelf) == [1, 2, 3])
        shelf.apply(Notice(tenant: tenant, version: 2, scope: .tokens([id(1)])))
        #expect(known(&shelf) == [2, 3])
        shelf.apply(Notice(tenant: tenant, version: 3, scope: .grants))
        #expect(known(&shelf) == [3])
        shelf.remember(access(id(2)), TokenKey(id(2)), at: Self.now)
        #expect(known(&shelf) == [2, 3])
        shelf.forgetAll()
        #expect(known(&shelf) == [])
    }
}
