import Core
import Testing

/// Every limit is reached once, and nothing below it costs more than its length.
struct JSONLimitTests {
    @Test func bytes() throws {
        let longest =
            utf8("\"") + [UInt8](repeating: 0x61, count: Limits.bodyBytesMax - 2) + utf8("\"")
        #expect(try JSON.parse(longest).utf8?.count == Limits.bodyBytesMax - 2)
        let error = #expect(throws: JSONError.self) { try JSON.parse(longest + [0x20]) }
        #expect(error?.reason == .tooLarge)
        #expect(
            error?.message == "JSON, byte 4194304: the text is longer than 4194304 bytes; send less"
        )
    }

    @Test func depth() throws {
        let limits = JSONLimits(depthMax: 2)
        _ = try JSON.parse(utf8("[[],{}]"), limits: limits)
        let error = #expect(throws: JSONError.self) {
            try JSON.parse(utf8("[[[]]]"), limits: limits)
        }
        #expect(error?.reason == .tooDeep)
        #expect(error?.offset == 2)
        #expect(error?.message.contains("2 levels") == true)
        #expect(throws: JSONError.self) {
            try JSON.parse(utf8("[]"), limits: JSONLimits(depthMax: 0))
        }
    }

    @Test func tapeGrowsToTheDensestText() throws {
        let count = 200_000
        let text = utf8("[" + String(repeating: "0,", count: count - 1) + "0]")
        let json = try JSON.parse(text)
        #expect(json.count == count)
        #expect(json.elements.reduce(0) { sum, _ in sum + 1 } == count)
        #expect(json.serialized == text)
    }

    /// 60,000 keys whose fingerprints agree (same length, head and tail) would take minutes pair by
    /// pair.
    @Test func manyCollidingKeysAreNotQuadratic() throws {
        var members = (100_000..<160_000).map { "\"12345678\($0)12345678\":0" }
        let json = try JSON.parse(utf8("{" + members.joined(separator: ",") + "}"))
        #expect(json.count == 60_000)
        #expect(try JSON.parse(json.canonical).count == 60_000)
        members.append("\"1234567\\u003810007712345678\":1")
        let error = #expect(throws: JSONError.self) {
            try JSON.parse(utf8("{" + members.joined(separator: ",") + "}"))
        }
        #expect(error?.reason == .duplicateKey)
    }

    @Test func duplicatesAreFoundInObjectsOfEverySize() throws {
        for count in [2, 3, 15, 16, 17, 18, 64, 65, 1_000] {
            for (first, second) in [(0, count - 1), (count / 2, count - 1), (0, 1)]
            where first != second {
                var keys = (0..<count).map { "key\($0)" }
                let unique = keys.map { "\"\($0)\":[{}]" }.joined(separator: ",")
                #expect(try JSON.parse(utf8("{" + unique + "}")).count == count)
                keys[second] = keys[first]
                let double = keys.map { "\"\($0)\":[{}]" }.joined(separator: ",")
                #expect(throws: JSONError.self) { try JSON.parse(utf8("{" + double + "}")) }
            }
        }
    }
}
