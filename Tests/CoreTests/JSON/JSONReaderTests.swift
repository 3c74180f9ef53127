import Core
import Testing

/// The reader on small texts; the classes of RFC 8259 and I-JSON are data in `Cases`.
struct JSONReaderTests {
    @Test func readsACall() throws {
        let text = #"""
            {"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":"refund","arguments":
            {"amount":1e2,"tags":["a","\u00e9\uD83D\uDE00"],"ok":true,"no":null}}}
            """#
        let json = try JSON.parse([UInt8](text.utf8))
        #expect(json["method"]?.equals("tools/call") == true)
        #expect(json["id"]?.lexeme == [UInt8]("7".utf8))
        let arguments = try #require(json["params"]?["arguments"])
        #expect(arguments.count == 4)
        #expect(arguments["tags"]?[1]?.string == "é😀")
        #expect(arguments["ok"]?.bool == true)
        #expect(arguments["no"]?.isNull == true)
        #expect(arguments["absent"] == nil)
        #expect(arguments.members.map(\.key.string) == ["amount", "tags", "ok", "no"])
    }
}
