import Testing

/// The checks themselves, on samples they must find and samples they must not.
struct TidyCheckTests {
    private func rules(_ text: String, at path: String = "Sources/Core/A.swift") -> [String] {
        TidyChecks.all(SourceText(path: path, text: text)).map(\.rule)
    }

    @Test(arguments: [
        ("let a = try! b()", "try!"), ("let a = b as! C", "as!"),
        ("fatalError(\"no\")", "fatalError("), ("print(1)", "print("), ("Date()", "Date()"),
        ("Task.detached { }", "Task.detached"), ("Task { }", "Task {"),
        ("Task(priority: .low) { }", "Task("),
        ("unsafeBitCast(a, to: B.self)", "unsafeBitCast"), ("let a: Regex<B>", "Regex"),
        ("final class A: @unchecked Sendable {}", "@unchecked Sendable"),
        ("nonisolated(unsafe) var a = 1", "nonisolated(unsafe)"),
        ("func a() async {}", "async"), ("if a == \"b\" {}", "== \""),
        ("if \"b\" == a {}", "\" =="), ("a.hasPrefix(b)", ".hasPrefix("),
        ("let a = \"\\(print(1))\"", "print("), ("// TODO: later", "unfinished"),
        ("// good for now", "unfinished"), ("let a = \"SELECT 1\"", "SQL"),
        ("import Foundation", "import"), ("public import Reactor", "import"),
        ("@preconcurrency internal import struct Glibc.stat", "import"),
        ("let a = \"" + String(repeating: "é", count: 91) + "\"", "columns"),
        ("// SAFETY: above a gap\n\nclass A: @unchecked Sendable {}", "@unchecked Sendable"),
        ("#\"\\(a)\"#; try! b()", "try!"), ("\"\"\"\n\"\n\"\"\"; try! b()", "try!"),
    ])
    func finds(_ text: String, _ rule: String) {
        #expect(rules(text) == [rule])
    }

    @Test(arguments: [
        "// try! as! print( Date() Task { Regex",
        "/* try! /* nested */ as! */ let a = 1",
        "let a = \"try! as! print(\"",
        "let a = #\"say \"try!\" \\(print(1)) \"#",
        "let a = \"\"\"\n  try! \"quoted\" as!\n  \"\"\"",
        "let a = \"\\(b(\"as!\"))\"",
        "fatalError(\"INVARIANT: a state\")",
        "sprint(1); debugPrintx(2)",
        "// SAFETY: guarded by the lock\nfinal class A: @unchecked Sendable {}",
        "/// Text.\n// SAFETY: said once.\n@frozen\nfinal class A: @unchecked Sendable {}",
        "internal import CSys",
        "let asynchronous = 1",
        "if a == b {}",
        "let a = \"" + String(repeating: "é", count: 90) + "\"",
    ])
    func passes(_ text: String) {
        #expect(rules(text) == [])
    }

    @Test func pathsDecide() {
        #expect(rules("func a() async {}", at: "Sources/Proxy/A.swift") == [])
        #expect(rules("import Foundation", at: "Tests/CoreTests/A.swift") == [])
        #expect(rules("import HTTP", at: "Sources/MCP/A.swift") == ["import"])
        #expect(rules("import Core", at: "Sources/Unlisted/A.swift") == ["import"])
        #expect(rules("let a = \"SELECT 1\"", at: "Sources/Governance/A.swift") == [])
        #expect(rules("a == \"b\"", at: "Sources/Governance/A.swift") == [])
    }

    @Test func longFunctionsAreFound() {
        func body(_ lines: Int) -> String { String(repeating: "    a()\n", count: lines) }
        #expect(rules("func a() {\n" + body(68) + "}\n") == [])
        #expect(rules("func a() {\n" + body(69) + "}\n") == ["function"])
        #expect(rules("func a(\n    _ b: Int\n) -> Int {\n" + body(68) + "}\n") == ["function"])
        #expect(rules("init() {\n" + body(69) + "}\n") == ["function"])
        #expect(rules("var a: Int {\n" + body(69) + "}\n") == ["function"])
        #expect(rules("func a(b: () -> Void = {}) {\n" + body(69) + "}\n") == ["function"])
        #expect(rules("struct A {\n    func a()\n" + body(90) + "}\n") == [])
        #expect(rules("struct A {\n    func a() {}\n" + body(90) + "}\n") == [])
        #expect(rules("func a() {\n    self.init()\n" + body(20) + "}\n" + body(90)) == [])
        #expect(rules("func a() {\n    let b = \"}\"\n" + body(68) + "}\n") == ["function"])
    }

    @Test func longFilesAreFound() {
        #expect(rules(String(repeating: "a()\n", count: 400)) == [])
        #expect(rules(String(repeating: "a()\n", count: 401)) == ["file"])
    }

    @Test func findingsSayWhereAndWhatWouldBeRight() {
        let source = SourceText(path: "Sources/Core/A.swift", text: "\nlet a = try! b()\n")
        let finding = TidyChecks.all(source).first
        #expect(finding?.line == 2)
        #expect(finding?.description.hasPrefix("Sources/Core/A.swift:2: try!: use `try`") == true)
    }
}
