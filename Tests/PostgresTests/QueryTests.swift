// How interpolation becomes placeholders and parameters; no server needed.
import Core
import Testing

@testable import Postgres

@Suite struct QueryTests {
    @Test func valuesBecomePlaceholders() {
        let name = "a'; DROP TABLE x; --"
        let query: Query = "SELECT 1 WHERE a = \(name) AND b = \(7) AND c = \([UInt8(0)])"
        #expect(query.text == "SELECT 1 WHERE a = $1 AND b = $2 AND c = $3")
        #expect(query.parameters.list.map(\.type) == [.inferred, .int8, .bytea])
    }

    @Test func composedQueriesAreRenumbered() {
        var filters: [Query] = []
        for number in 0..<11 { filters.append("c = \(number) + '$1'::int") }
        let query: Query = "SELECT \(true) WHERE \(query: .joined(filters, separator: " OR "))"
        #expect(query.text.hasPrefix("SELECT $1 WHERE c = $2 + '$1'::int OR c = $3 + "))
        #expect(query.text.hasSuffix("c = $12 + '$1'::int"))
        #expect(query.parameters.list.count == 12)
        let again: Query = "\(query: query) AND \(query: .empty) x = \("z")"
        #expect(again.text.hasSuffix("OR c = $12 + '$1'::int AND  x = $13"))
        let last = again.parameters.list[12]
        #expect(again.parameters.bytes[Int(last.offset)] == UInt8(ascii: "z"))
        let number = again.parameters.list[11]
        #expect(again.parameters.bytes[Int(number.offset) + 7] == 10)
    }

    @Test func nullsHaveNoBytes() {
        let query: Query = "SELECT \(nil as String?), \(nil as Int?), \(nil as [UInt8]?)"
        #expect(query.parameters.list.map(\.length) == [-1, -1, -1])
    }

    @Test func nulInTextIsNotCutShort() {
        let query: Query = "SELECT \("a\u{0}b")"
        #expect(query.parameters.list[0].isBinary)
        #expect(query.parameters.list[0].length == 3)
    }

    @Test func uuidIsSixteenBytesOrRefusable() {
        let good: Query = "SELECT \(TenantID("0190a1b2-c3d4-7e5f-8091-a2b3c4d5e6f7"))"
        #expect(good.parameters.bytes.count == 16)
        #expect(good.parameters.bytes[0] == 0x01 && good.parameters.bytes[15] == 0xf7)
        for text in ["", "abcdefghijklmnop", "0190a1b2", "0190a1b2-c3d4-7e5f-8091-a2b3c4d5e6f7a"] {
            let bad: Query = "SELECT \(TenantID(text))"
            #expect(bad.parameters.bytes.count == 17, "\(text)")
        }
    }
}
