import Core
import Testing

/// The reader's answers; which texts it takes is data in `Cases/json`.
struct JSONReaderTests {
    private func parse(_ text: String) throws -> JSON { try JSON.parse(utf8(text)) }

    @Test func whatIsNotThereIsNil() throws {
        let json = try parse(#"{"s":"x","n":1,"a":[1],"o":{},"t":true}"#)
        for name in ["s", "n", "a", "o", "t"] {
            let value = try #require(json.member(utf8(name)))
            #expect((value.string == nil) == (name != "s"))
            #expect((value.lexeme == nil) == (name != "n"))
            #expect((value.int == nil) == (name != "n"))
            #expect((value.decimal == nil) == (name != "n"))
            #expect((value.bool == nil) == (name != "t"))
            #expect((value[0] == nil) == (name != "a"))
            #expect(value["x"] == nil)
            #expect(!value.equals("y"))
            #expect(value.equals("x") == (name == "s"))
        }
        #expect(json["S"] == nil && json[0] == nil && json["a"]?[1] == nil && json["a"]?[-1] == nil)
    }

    @Test func readsACall() throws {
        let json = try parse(
            #"""
            {"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":"refund","arguments":
            {"amount":1e2,"tags":["a","\u00e9\uD83D\uDE00"],"ok":true,"no":null}}}
            """#)
        #expect(json["method"]?.equals("tools/call") == true)
        #expect(json["id"]?.lexeme == utf8("7"))
        let arguments = try #require(json["params"]?["arguments"])
        #expect(arguments.count == 4)
        #expect(arguments["amount"]?.int == 100)
        #expect(arguments["tags"]?[1]?.utf8 == utf8("é😀"))
        #expect(arguments["ok"]?.bool == true)
        #expect(arguments["no"]?.isNull == true)
        #expect(arguments.members.map(\.key.string) == ["amount", "tags", "ok", "no"])
        #expect(arguments["tags"]?.elements.map(\.kind) == [.string, .string])
        #expect(
            arguments.serialized == utf8(#"{"amount":1e2,"tags":["a","é😀"],"ok":true,"no":null}"#))
    }

    @Test func namesAreComparedAsDecodedBytes() throws {
        let json = try parse("{\"e\u{301}\":1,\"\\u00e9\":2,\"k\\u0000\":3}")
        #expect(json["\u{E9}"]?.int == 2)
        #expect(json.member(utf8("e\u{301}"))?.int == 1)
        #expect(json.member(utf8("k") + [0])?.int == 3)
        #expect(json["k"] == nil)
        let key = try #require(json.members.map(\.key).last)
        #expect(key.equals(utf8("k") + [0]) && !key.equals("k"))
        #expect(!(try parse("\"\u{212A}\"")).equals("K"))
    }

    @Test func everyEscapeDecodes() throws {
        let json = try parse(
            #""\"\\\/\b\f\n\r\t\u0000\u007f\u0080\u07FF\u0800\uffff\uD800\uDC00\uDBFF\uDFFF""#)
        #expect(
            json.utf8
                == utf8(
                    "\"\\/\u{8}\u{C}\n\r\t\0\u{7F}\u{80}\u{7FF}\u{800}\u{FFFF}\u{10000}\u{10FFFF}"))
    }

    @Test func nodesOutliveTheirDocument() throws {
        func inner() throws -> JSON? { try parse(#"{"a":{"b":["c"]}}"#)["a"] }
        #expect(try inner()?["b"]?[0]?.equals("c") == true)
    }

    @Test func integersOfEverySpelling() throws {
        let texts = ["1", "1.0", "10e-1", "-9223372036854775808", "9223372036854775807"]
        #expect(try texts.map { try parse($0).int } == [1, 1, 1, .min, .max])
        for text in ["9223372036854775808", "0.5", "1e99", "1e-1", "1e999999999999999999999"] {
            #expect(try parse(text).int == nil)
        }
    }
}
