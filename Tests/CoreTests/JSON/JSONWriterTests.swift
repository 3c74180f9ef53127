import Core
import Testing

struct JSONWriterTests {
    @Test func writesCompactly() throws {
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("a")
        writer.beginArray()
        writer.int(-1)
        writer.string("q\"\\\u{1}é")
        writer.bool(true)
        writer.null()
        writer.lexeme(utf8("1.50E+3"))
        writer.beginObject()
        writer.endObject()
        writer.beginArray()
        writer.endArray()
        writer.endArray()
        writer.key(utf8("b\n"))
        writer.value(try JSON.parse(utf8(#" { "x" : [ 1.0 , "\u0041\/" ] } "#)))
        writer.key("c")
        writer.value(["k": [1, "s", nil, false], "o": [:]] as JSONValue)
        writer.endObject()
        let expected =
            #"{"a":[-1,"q\"\\\u0001é",true,null,1.50E+3,{},[]],"b\n":{"x":[1.0,"A/"]},"#
            + #""c":{"k":[1,"s",null,false],"o":{}}}"#
        #expect(writer.bytes == utf8(expected))
    }

    @Test func editsATree() throws {
        var value = JSONValue(try JSON.parse(utf8(#"{"a":1.00,"b":{"c":[]},"d":null}"#)))
        value["a"] = "x"
        value["b"]?["c"] = [1]
        value["d"] = nil
        value["e"] = true
        value["f"] = .null
        #expect(text(value.serialized()) == #"{"a":"x","b":{"c":[1]},"e":true,"f":null}"#)
        #expect(value["zz"] == nil)
        #expect((JSONValue.null)["a"] == nil)
    }

    @Test func equalityIsOfBytes() {
        #expect(JSONValue.string("\u{E9}") != .string("e\u{301}"))
        #expect(JSONValue.string("K") != .string("\u{212A}"))
        #expect(JSONValue.number(utf8("1.0")) != .number(utf8("1")))
        #expect((["a": 1, "b": 2] as JSONValue) != ["b": 2, "a": 1])
        #expect((["a": [1, nil]] as JSONValue) == ["a": [1, nil]])
    }
}
