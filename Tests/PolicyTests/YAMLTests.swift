import Core
import Policy
import Testing

/// A text and what it means, as JSON, or the problem with it.
struct YAMLCase: Sendable, CustomTestStringConvertible {
    let name: String
    let text: String
    let json: String?
    let problem: String?

    var testDescription: String { name }

    static let all: [YAMLCase] = CaseFile.nodes(in: "yaml", under: "cases").map { _, node, _ in
        YAMLCase(
            name: node["name"]?.text ?? "", text: node["text"]?.string ?? "",
            json: node["json"]?.text, problem: node["problem"]?.text)
    }
}

@Suite struct YAMLTests {
    @Test("A text means what YAML 1.2's core schema says", arguments: YAMLCase.all)
    func meaning(_ subject: YAMLCase) throws {
        switch YAML.parse([UInt8](subject.text.utf8)) {
        case .success(let node):
            let expected = try JSON.parse([UInt8]((subject.json ?? "\"a problem\"").utf8))
            #expect(Self.equal(node, expected))
        case .failure(let problems):
            let first = try #require(problems.problems.first)
            let found = "\(first.line) | \(first.message)"
            let parts = (subject.problem ?? "no problem").split(separator: "|")
            #expect(found.hasPrefix(parts[0]), "\(found)")
            #expect(found.contains(parts.last?.dropFirst() ?? ""), "\(found)")
        }
    }

    @Test("Bytes that are not UTF-8 name their line") func notUTF8() {
        for bytes: [UInt8] in [[0xFF], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0x61, 0x00], [0x07]] {
            let text = [UInt8]("a: 1\nb: ".utf8) + bytes
            guard case .failure(let problems) = YAML.parse(text) else {
                Issue.record("accepted \(bytes)")
                continue
            }
            #expect(problems.problems.first?.line == 2, "\(problems.problems)")
        }
    }

    @Test("Bounds refuse, quickly") func bounds() {
        let levels = String(repeating: "[", count: 1 << 20)
        let maps = String(repeating: "{a: ", count: 1 << 18)
        let dashes = String(repeating: "- ", count: 1 << 19)
        let questions = String(repeating: "? ", count: 1 << 19)
        let anchors = (0..<40_000).map { "- &a\($0) x\n" }.joined()
        let commas = "[" + String(repeating: "a,", count: 200_000) + "]"
        let directives = String(repeating: "%TAG !a! tag:a\n", count: 60_000) + "--- a"
        let long = String(repeating: "a", count: 1 << 20) + "b"
        let start = ContinuousClock.now
        for (text, words) in [
            (levels, "deeper than 64"), (maps, "deeper than 64"), (dashes, "deeper than 64"),
            (questions, "deeper than 64"), (commas, "more than 100000"),
            (directives, "begin with `%`"), (long, "longer than 1048576"),
        ] {
            guard case .failure(let problems) = YAML.parse([UInt8](text.utf8)) else {
                Issue.record("accepted: \(words)")
                continue
            }
            let message = problems.problems.first?.message ?? ""
            #expect(message.contains(words), "\(message)")
        }
        if case .failure(let problems) = YAML.parse([UInt8](anchors.utf8)) {
            Issue.record("refused: \(problems.problems)")
        }
        #expect(ContinuousClock.now - start < .seconds(20))
    }

    @Test("An alias bomb is refused without growing") func bomb() {
        var text = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n"
        for level in 1...30 {
            let list = Array(repeating: "*a\(level - 1)", count: 9).joined(separator: ", ")
            text += "a\(level): &a\(level) [\(list)]\n"
        }
        guard case .failure(let problems) = YAML.parse([UInt8](text.utf8)) else {
            Issue.record("accepted")
            return
        }
        #expect(problems.problems.count == 270)
        #expect(problems.problems.allSatisfy { $0.message.contains("aliases") })
    }

    private static func equal(_ node: YAML.Node, _ json: JSON) -> Bool {
        switch json.kind {
        case .null: return node.isNull
        case .bool: return node.bool != nil && node.bool == json.bool
        case .number: return node.number != nil && node.number == json.decimal
        case .string: return node.utf8 != nil && node.utf8 == json.utf8
        case .array:
            guard let elements = node.elements, elements.count == json.count else { return false }
            return zip(elements, json.elements).allSatisfy { equal($0, $1) }
        case .object:
            guard let entries = node.entries, entries.count == json.count else { return false }
            return zip(entries, json.members).allSatisfy {
                $0.key == $1.key.utf8 && equal($0.value, $1.value)
            }
        }
    }
}
