import Core
import Ledger
import Testing
import Vault

@testable import Governance

@Suite struct ArgumentRowsTests {
    let tenant = TenantID("0190a000-0000-7000-8000-00000000000a")
    let keys: TenantKeys
    let key: SubKey

    init() throws {
        keys = try TenantKeys([DataKey.generate(tenant: tenant, entropy: .live)])
        key = keys.key(.mac)
    }

    func json(_ text: String) throws -> JSON { try JSON.parse(Array(text.utf8)) }

    func rows(
        _ text: String, limit: Int = Limits.auditArgumentRowsMax, knows: Bool = true
    ) throws -> [ArgumentRows.Row] {
        ArgumentRows(
            try json(text), key: key, knows: knows ? { _ in true } : nil, limit: limit
        ).rows
    }

    func shape(_ rows: [ArgumentRows.Row]) -> [String] {
        rows.map { "\(String(decoding: $0.path, as: UTF8.self)) \($0.type.rawValue) \($0.size)" }
    }

    @Test(
        arguments: [
            (#"{}"#, ["args object 0"]),
            (#"[]"#, ["args array 0"]),
            (#"null"#, ["args null 0"]),
            (#""é""#, ["args string 2"]),
            (
                #"{"a":1.50,"b":{"c":[true,false,[]]},"d":null}"#,
                [
                    "args.a number 4", "args.b.c[0] boolean 1", "args.b.c[1] boolean 1",
                    "args.b.c[2] array 0", "args.d null 0",
                ]
            ),
            (
                #"{"":1,"a.b":1,"a-b":1,"-a":1,"0":1,"é":1,"q\"":1,"_x":1}"#,
                [
                    #"args[""] number 1"#, #"args["a.b"] number 1"#, "args.a-b number 1",
                    #"args["-a"] number 1"#, #"args["0"] number 1"#, #"args["é"] number 1"#,
                    #"args["q\""] number 1"#, "args._x number 1",
                ]
            ),
            (#"{"\u0061":"\u0062"}"#, ["args.a string 1"]),
            (#"[[[["x"]]]]"#, ["args[0][0][0][0] string 1"]),
        ] as [(String, [String])])
    func pathsTypesAndSizes(_ text: String, _ expected: [String]) throws {
        #expect(shape(try rows(text)) == expected)
    }

    @Test func equalValuesHaveEqualMACs() throws {
        let numbers = try rows("[100,100.0,1e2,1E+2]").map(\.mac)
        #expect(Set(numbers).count == 1)
        let different = try rows(
            #"[9007199254740992,9007199254740993,"100",100,true,"true",null,"",false]"#
        ).map(\.mac)
        #expect(Set(different).count == 9)
        #expect(!different.contains(nil))
        #expect(try rows(#"{"a":"x"}"#)[0].mac == rows(#"{"b":["x"]}"#)[0].mac)
        #expect(
            try rows(#"{"a":"x"}"#)[0].mac == ArgumentRows.mac(of: json(#""x""#), key: key))
    }

    @Test func otherTenantsHaveOtherMACs() throws {
        let other = try TenantKeys([
            DataKey.generate(tenant: TenantID("t2"), entropy: .live)
        ])
        let theirs = ArgumentRows(try json("[1]"), key: other.key(.mac), knows: nil).rows
        #expect(try rows("[1]")[0].mac != theirs[0].mac)
    }

    @Test func unknownNamesStandAsMACs() throws {
        let text = #"{"customers":{"ada@example.test":{"n":1}}}"#
        let known: Set<[UInt8]> = [Array("customers".utf8), Array("n".utf8)]
        let row = ArgumentRows(try json(text), key: key, knows: { known.contains($0) }).rows[0]
        let path = String(decoding: row.path, as: UTF8.self)
        let mac = MAC(Array("ada@example.test".utf8), key: key, domain: "name").hex
        #expect(path == "args.customers[#\(mac)].n")
        let none = try rows(text, knows: false)[0]
        #expect(!String(decoding: none.path, as: UTF8.self).contains("customers"))
    }

    @Test func longNamesAndPathsAreBounded() throws {
        let name = String(repeating: "n", count: Limits.auditNameBytesMax + 1)
        #expect(shape(try rows("{\"\(name)\":1}"))[0].hasPrefix("args[#"))
        let step = String(repeating: "n", count: Limits.auditNameBytesMax)
        let deep =
            String(repeating: "{\"\(step)\":", count: 20) + "1"
            + String(repeating: "}", count: 20)
        #expect(shape(try rows(deep))[0].hasPrefix("#"))
        #expect(try rows(deep)[0].path.count == 33)
    }

    @Test func overflowIsNeverSilent() throws {
        let text = "[" + (0..<10).map(String.init).joined(separator: ",") + "]"
        #expect(try rows(text, limit: 10).count == 10)
        let cut = try rows(text, limit: 4)
        #expect(shape(cut).last == "args overflow 6")
        #expect(
            cut.last?.mac
                == MAC(try json(text).typedCanonical, key: key, domain: "arguments"))
        let changed = try rows(text.replacing("9", with: "8"), limit: 4)
        #expect(changed.last?.mac != cut.last?.mac)
    }

    @Test func capturesOnlyWhatIsNamed() throws {
        let rows = ArgumentRows(
            try json(#"{"a":1.50,"b":"secret"}"#), key: key, knows: { _ in true },
            captures: { $0 == Array("args.a".utf8) }
        ).rows
        #expect(rows[0].value == Array("1.50".utf8))
        #expect(rows[1].value == nil)
    }

    @Test func rootCommitsToRowsOrderAndSalt() throws {
        let id = "0190a000-0000-7000-8000-000000000001"
        let made = ArgumentRows(try json(#"{"a":1,"b":[true]}"#), key: key) { _ in true }
        let salt = [UInt8](repeating: 7, count: 16)
        let payload = ArgumentPayload(id: id, rows: made, salt: salt)
        let leaves = made.rows.map { MerkleTree.leafHash(salt + $0.canonical) }
        #expect(payload.summary.root == MerkleTree.root(of: leaves))
        #expect(payload.summary.count == 2)
        let swapped = ArgumentRows(rows: made.rows.reversed(), key: key.id)
        #expect(
            ArgumentPayload(id: id, rows: swapped, salt: salt).summary.root
                != payload.summary.root)
        #expect(
            ArgumentPayload(id: id, rows: made, entropy: .live).summary.root
                != payload.summary.root)
    }

    @Test func payloadIsReadBack() throws {
        let made = ArgumentRows(
            try json(#"{"a":1e2,"é\n":"x","c":{}}"#), key: key, knows: { _ in true },
            captures: { _ in true })
        let payload = ArgumentPayload(
            id: "0190a000-0000-7000-8000-000000000001", rows: made, entropy: .live)
        let back = try #require(ArgumentPayload(canonical: payload.canonical))
        #expect(back.rows.rows == made.rows)
        #expect(back.summary == payload.summary)
        #expect(ArgumentPayload(canonical: Array(payload.canonical.dropLast())) == nil)
        let sealed = payload.sealed(under: keys, entropy: .live)
        var record = CallRecord(
            .intent, id: payload.id, time: Timestamp(microseconds: 0), tenant: tenant,
            decision: .allow)
        record.payload = payload.summary
        func open(_ sealed: [UInt8]?, call: String = payload.id) -> AuditItem.Arguments {
            ArgumentPayload.open(sealed, call: call, entry: record.entry, keys: keys)
        }
        guard case .rows(let opened) = open(sealed) else { return #expect(Bool(false)) }
        #expect(opened.rows == made.rows)
        guard case .erased = open(nil) else { return #expect(Bool(false)) }
        guard case .altered = open(sealed, call: "other") else { return #expect(Bool(false)) }
        record.payload = .empty
        guard case .none = open(sealed) else { return #expect(Bool(false)) }
    }
}
