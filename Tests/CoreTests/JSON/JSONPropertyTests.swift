import Core
import Testing

/// What must hold for every value, tried on many.
struct JSONPropertyTests {
    @Test(arguments: 0..<40)
    func writingAndReadingAgain(_ seed: Int) throws {
        var maker = RandomJSON(random: Seeded(UInt64(seed)))
        for _ in 0..<25 {
            let value = maker.value()
            let json = try JSON.parse(value.serialized())
            #expect(JSONValue(json) == value)
            #expect(json.serialized == value.serialized())
            var writer = JSONWriter()
            writer.value(json)
            #expect(writer.bytes == json.serialized)
            let canonical = try JSON.parse(json.canonical)
            #expect(canonical.canonical == json.canonical)
            #expect(value.canonical() == json.canonical)
        }
    }

    @Test(arguments: 0..<40)
    func spellingDoesNotMatter(_ seed: Int) throws {
        var maker = RandomJSON(random: Seeded(UInt64(seed) + 1_000))
        for _ in 0..<25 {
            let value = maker.value()
            let plain = try JSON.parse(value.serialized())
            let other = try JSON.parse(maker.spelled(value))
            #expect(other.typedCanonical == plain.typedCanonical)
            #expect(other.canonical == plain.canonical)
        }
    }

    @Test func typedFormsAreEqualExactlyForEqualValues() throws {
        var maker = RandomJSON(random: Seeded(77))
        var scalars: [JSON] = []
        for text in [
            "null", "true", "false", "\"null\"", "\"true\"", "0", "-0", "0.0", "\"0\"", "1",
            "10e-1",
            "100", "1e2", "1E+2", "100.00", "9007199254740992", "9007199254740993", "1e400",
            "10e399", "1e-400", "[]", "{}", "[[]]", "\"\"", "\"n:1\"", "[1]", "[\"1\"]",
        ] {
            scalars.append(try JSON.parse(utf8(text)))
        }
        for _ in 0..<60 { scalars.append(try JSON.parse(utf8(maker.number()))) }
        for left in scalars {
            for right in scalars {
                let areEqual =
                    left.kind == right.kind
                    && (left.kind == .number
                        ? left.decimal == right.decimal : left.serialized == right.serialized)
                #expect((left.typedCanonical == right.typedCanonical) == areEqual)
            }
        }
    }

    @Test func everyCutOfATextIsRefused() throws {
        let whole = utf8(#"{"a":[1.5e3,"é\u00e9\ud83d\ude00",true,null,{"b":{}}],"c":-0}"#)
        _ = try JSON.parse(whole)
        for count in 0..<whole.count {
            #expect(throws: JSONError.self) { try JSON.parse([UInt8](whole[..<count])) }
        }
    }

    @Test func changedBytesNeverCrash() {
        var random = Seeded(5)
        let whole = utf8(#"{"a":[1.5e3,"é\u00e9\ud83d\ude00",true,null,{"b":{}}],"c":-0,"d":""}"#)
        for _ in 0..<20_000 {
            var bytes = whole
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                bytes[Int.random(in: bytes.indices, using: &random)] = UInt8.random(
                    in: 0...255, using: &random)
            }
            guard let json = try? JSON.parse(bytes) else { continue }
            #expect((try? JSON.parse(json.serialized))?.typedCanonical == json.typedCanonical)
        }
    }
}
