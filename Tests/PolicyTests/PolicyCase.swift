import Core
import Foundation
import Policy
import Testing

/// Cases are data files under `Cases`: adding one needs no Swift.
struct CaseFile {
    static let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Cases")

    /// The files of a folder by name.
    static func files(in folder: String) -> [(
        name: String, content: Result<YAML.Node, YAML.Problems>
    )] {
        let folder = root.appending(path: folder)
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path())) ?? []
        return names.sorted().map { name in
            let bytes = (try? Data(contentsOf: folder.appending(path: name))).map { [UInt8]($0) }
            return (name, YAML.parse(bytes ?? []))
        }
    }

    /// The case nodes of every file in a folder, with what the file says for all of them.
    static func nodes(
        in folder: String, under key: StaticString
    ) -> [(file: String, YAML.Node, YAML.Node)] {
        files(in: folder).flatMap { name, content -> [(file: String, YAML.Node, YAML.Node)] in
            guard let file = try? content.get() else { return [] }
            return (file[key]?.elements ?? []).map { (name, $0, file) }
        }
    }
}

extension YAML.Node {
    func strings(_ key: StaticString) -> [String]? {
        self[key].map { $0.elements?.compactMap(\.string) ?? [] }
    }

    /// The scalar's text whatever it means; nil for null.
    var text: String? {
        isNull ? nil : scalar.map { String(decoding: $0.text, as: UTF8.self) }
    }
}

/// One condition, one set of arguments, and whether it holds.
struct RowCase: Sendable, CustomTestStringConvertible {
    let name: String
    let policy: String
    let call: String
    let holds: Bool

    var testDescription: String { name }

    static let all: [RowCase] = CaseFile.nodes(in: "rows", under: "rows").map { file, node, _ in
        let row = node["row"]?.string ?? "missing"
        let rule = #"{"name":"n","conditions":[\#(row)]}"#
        return RowCase(
            name: "\(file): \(node["name"]?.text ?? "")",
            policy: #"{"version":"1","tools":{"t":{"rules":[\#(rule)]}}}"#,
            call: #"{"tool":"t","args":\#(node["args"]?.string ?? "missing")}"#,
            holds: node["holds"]?.bool ?? false)
    }
}

/// A policy, a call, a context, and what is expected of the decision.
struct DecisionCase: Sendable, CustomTestStringConvertible {
    let name: String
    let policy: String
    let call: String
    let context: String?
    let expect: YAML.Node?
    let errors: [String]?

    var testDescription: String { name }

    static let all: [DecisionCase] = CaseFile.nodes(in: "decisions", under: "cases").map {
        file, node, whole in
        DecisionCase(
            name: "\(file): \(node["name"]?.text ?? "")",
            policy: node["policy"]?.string ?? whole["policy"]?.string ?? "",
            call: node["call"]?.string ?? "",
            context: node["context"]?.string ?? whole["context"]?.string,
            expect: node["expect"], errors: node.strings("errors"))
    }
}

/// A document and everything that is wrong with it, or worth a second look.
struct IssueCase: Sendable, CustomTestStringConvertible {
    let name: String
    let policy: String
    let issues: [String]
    let warnings: [String]?

    var testDescription: String { name }

    static let all: [IssueCase] = CaseFile.nodes(in: "issues", under: "cases").map {
        file, node, _ in
        IssueCase(
            name: "\(file): \(node["name"]?.text ?? "")", policy: node["policy"]?.string ?? "",
            issues: node.strings("issues") ?? [], warnings: node.strings("warnings"))
    }

    /// Each issue is where expected and says the expected words, and there is no other.
    static func compare(_ found: [PolicyIssue], _ expected: [String]) {
        let shown = found.map(\.description).joined(separator: "\n")
        #expect(found.count == expected.count, "\(shown)")
        for (issue, words) in zip(found, expected) {
            let parts = words.split(separator: "|", maxSplits: 2, omittingEmptySubsequences: false)
                .map { $0.trimmingCharacters(in: .whitespaces) }
            #expect(issue.line.map(String.init) == parts[0], "\(issue)")
            #expect(issue.pointer == parts[1], "\(issue)")
            #expect(issue.message.contains(parts[2]), "\(issue)")
        }
    }
}

/// A policy from text that must be valid.
func compiled(_ text: String, at location: SourceLocation = #_sourceLocation) throws
    -> CompiledPolicy
{
    switch PolicyDocument.parse([UInt8](text.utf8)) {
    case .success(let document): return CompiledPolicy(document)
    case .failure(let issues):
        for issue in issues.issues { Issue.record("\(issue)", sourceLocation: location) }
        throw issues
    }
}
