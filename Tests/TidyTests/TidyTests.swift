import Foundation
import Testing

/// Style is a test: every source is read and every finding is a failure.
struct TidyTests {
    private static let root = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")

    private static func sources() -> [SourceText] {
        var sources: [SourceText] = []
        for folder in ["Sources", "Tests", "Benchmarks", "Fuzz"] {
            let base = "/\(root)/\(folder)"
            guard let names = FileManager.default.enumerator(atPath: base) else { continue }
            for case let name as String in names where name.hasSuffix(".swift") {
                guard let data = FileManager.default.contents(atPath: "\(base)/\(name)") else {
                    continue
                }
                sources.append(
                    SourceText(
                        path: "\(folder)/\(name)", text: String(decoding: data, as: UTF8.self)))
            }
        }
        return sources.sorted { $0.path < $1.path }
    }

    @Test func everySourceIsTidy() {
        let sources = Self.sources()
        #expect(sources.count > 50, "the sources were not found")
        for finding in sources.flatMap(TidyChecks.all) {
            Issue.record("\(finding.description)")
        }
    }

    @Test func everyExceptionIsStillNeeded() {
        let findings = Self.sources().flatMap(TidyChecks.everything)
        for exception in HouseRules.exceptions {
            #expect(!exception.reason.isEmpty)
            #expect(
                findings.contains { $0.path == exception.path && $0.rule == exception.rule },
                "\(exception.path) needs no exception from `\(exception.rule)` any more")
        }
    }
}
