import Core
import Foundation
import Policy
import Testing

/// Every operator, edge and error, as data.
@Suite struct CaseTests {
    @Test("Every case file is readable", arguments: ["rows", "decisions", "issues", "yaml"])
    func readable(folder: String) {
        let files = CaseFile.files(in: folder)
        #expect(!files.isEmpty)
        for (name, content) in files {
            if case .failure(let problems) = content {
                Issue.record("\(name): \(problems.problems)")
            }
        }
    }

    @Test("The example of docs/policies.md is valid and decides as the page says")
    func documentation() throws {
        let page = try String(
            contentsOf: CaseFile.root.appending(path: "../../../docs/policies.md"), encoding: .utf8)
        let blocks = page.components(separatedBy: "```")
        let example = try #require(blocks.first { $0.hasPrefix("yaml\n") }).dropFirst(5)
        let policy = try compiled(String(example))
        let call = #"{"tool":"create_refund","args":{"amount":20,"currency":"eur"}}"#
        let context = #"{"counters":{"create_refund.refunded":"1990"}}"#
        let decision = try PolicyEvaluation.evaluate(
            policy, name: nil, call: [UInt8](call.utf8), context: [UInt8](context.utf8),
            now: Timestamp(microseconds: 0)
        ).get().decision
        #expect(decision.code == .budgetExceeded)
        #expect(decision.rule == "/tools/create_refund/rules/daily money")
    }

    @Test("There are at least 200 cases") func count() {
        #expect(RowCase.all.count + DecisionCase.all.count + IssueCase.all.count >= 200)
        #expect(!RowCase.all.isEmpty && !DecisionCase.all.isEmpty && !IssueCase.all.isEmpty)
    }

    @Test("A condition holds exactly where expected", arguments: RowCase.all)
    func row(_ row: RowCase) throws {
        let policy = try compiled(row.policy)
        let evaluation = PolicyEvaluation.evaluate(
            policy, name: nil, call: [UInt8](row.call.utf8), context: nil,
            now: Timestamp(microseconds: 0))
        let decision = try evaluation.get().decision
        #expect((decision.outcome == .allow) == row.holds)
    }

    @Test("A document is refused with all its issues", arguments: IssueCase.all)
    func issues(_ subject: IssueCase) {
        switch PolicyDocument.parse([UInt8](subject.policy.utf8)) {
        case .success(let document):
            #expect(subject.issues.isEmpty, "the document was accepted")
            IssueCase.compare(document.warnings, subject.warnings ?? [])
        case .failure(let found):
            IssueCase.compare(found.issues, subject.issues)
        }
    }

    @Test("A call is decided as expected", arguments: DecisionCase.all)
    func decision(_ subject: DecisionCase) throws {
        let policy = try compiled(subject.policy)
        let evaluation = PolicyEvaluation.evaluate(
            policy, name: nil, call: [UInt8](subject.call.utf8),
            context: subject.context.map { [UInt8]($0.utf8) }, now: Timestamp(microseconds: 0))
        switch evaluation {
        case .failure(let found):
            #expect(found.issues.map(\.pointer) == subject.errors ?? [], "\(found.issues)")
        case .success(let evaluation):
            #expect(subject.errors == nil)
            let expect = try #require(subject.expect)
            check(evaluation.decision, expect)
            if let notes = expect["notes"]?.int { #expect(evaluation.notes.count == notes) }
        }
    }

    private func check(_ decision: Decision, _ expect: YAML.Node) {
        if let outcome = expect["outcome"] { #expect(decision.outcome.rawValue == outcome.text) }
        if let code = expect["code"] { #expect(decision.code?.rawValue == code.text) }
        if let rule = expect["rule"] { #expect(decision.rule == rule.text ?? "") }
        if let message = expect["message"] { #expect(decision.message == message.text ?? "") }
        if let limits = expect["limits"]?.int { #expect(decision.limits.count == limits) }
        if let retry = expect["retry"] { #expect(decision.retryAt.map(short) == retry.text) }
        if let remaining = expect.strings("remaining") {
            #expect(decision.limits.map(\.remaining.description) == remaining)
        }
        if let resets = expect.strings("resets") {
            #expect(decision.limits.map { short($0.counter.resetAt) } == resets)
        }
        if let reservations = expect.strings("reservations") {
            #expect(decision.reservations.map(Self.text) == reservations)
        }
        if let explain = expect.strings("explain") {
            #expect(decision.explain.map(Self.text) == explain)
        }
    }

    private func short(_ time: Timestamp) -> String { String(time.rfc3339.prefix(19)) }

    private static func text(_ reservation: Reservation) -> String {
        let bound = reservation.max.map { " <\(reservation.isExclusive ? "" : "=")\($0)" } ?? ""
        return "\(reservation.counter.name) +\(reservation.increment)\(bound)"
    }

    private static func text(_ trace: RuleTrace) -> String {
        let name = trace.rule.split(separator: "/").last.map(String.init) ?? ""
        let words = [name, trace.effect.rawValue, trace.result.rawValue]
        let condition = trace.condition.map { [$0.path, $0.op, $0.expected, $0.found] } ?? []
        return (words + condition).joined(separator: " ")
    }
}
