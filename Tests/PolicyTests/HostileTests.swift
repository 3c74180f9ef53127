import Core
import Policy
import Testing

/// Inputs made to stall or to slip by.
@Suite struct HostileTests {
    private static func policy(_ conditions: String) -> String {
        #"{"version":"1","tools":{"t":{"rules":[{"name":"n","conditions":[\#(conditions)]}]}}}"#
    }

    private static func decide(_ policy: CompiledPolicy, _ arguments: String) throws -> Decision {
        let call = PolicyCall(
            tool: [UInt8]("t".utf8), arguments: try JSON.parse([UInt8](arguments.utf8)),
            server: "s")
        return policy.decide(
            call, context: PolicyContext(time: Timestamp(microseconds: 0), explains: true))
    }

    @Test(
        "Patterns stay linear on 64 KiB",
        arguments: [
            "(a+)+$", "(a|a)*$", "(a|aa)+$", "^(([a-z])+.)+[A-Z]([a-z])+$", "(.*)*x", "(x+x+)+y",
            "^(a?){50}a{50}$", "([a-zA-Z]+)*$",
        ])
    func patterns(_ pattern: String) throws {
        let row = #"{"path":"args.a","op":"regex","value":"\#(pattern)"}"#
        let policy = try compiled(Self.policy(row))
        let text = String(repeating: "a", count: 64 * 1024) + "!"
        let start = ContinuousClock.now
        _ = try Self.decide(policy, #"{"a":"\#(text)"}"#)
        #expect(ContinuousClock.now - start < .seconds(2))
    }

    @Test("Work beyond the bound denies") func budget() throws {
        let text = String(repeating: "a", count: 3 << 20)
        let row = #"{"path":"args.a","op":"contains","value":"a"}"#
        let few = try compiled(Self.policy(Array(repeating: row, count: 8).joined(separator: ",")))
        #expect(try Self.decide(few, #"{"a":"\#(text)"}"#).outcome == .allow)
        let many = try compiled(
            Self.policy(Array(repeating: row, count: 12).joined(separator: ",")))
        let denied = try Self.decide(many, #"{"a":"\#(text)"}"#)
        #expect(denied.outcome == .deny)
        #expect(denied.explain.last?.condition?.found == "more than may be examined")
    }

    @Test("Thousands of issues are cut, not listed") func manyIssues() {
        let keys = (0..<5_000).map { "k\($0): 1\n" }.joined()
        guard case .failure(let found) = PolicyDocument.parse([UInt8]((keys).utf8)) else {
            Issue.record("accepted")
            return
        }
        #expect(found.issues.count == Limits.policyIssuesMax + 1)
        #expect(found.issues.contains { $0.message.contains("only the first 500") })
    }

    @Test("Patterns together are bounded") func manyPatterns() {
        let rows = (0..<600).map {
            #"{"path":"args.a","op":"regex","value":"\#($0)[a-z]{1,1000}[0-9]{1,700}"}"#
        }
        let policy = Self.policy(rows.joined(separator: ","))
        guard case .failure(let found) = PolicyDocument.parse([UInt8](policy.utf8)) else {
            Issue.record("accepted")
            return
        }
        #expect(found.issues.contains { $0.message.contains("1000000 instructions") })
    }

    @Test("A counter that cannot be read denies") func unreadable() throws {
        let policy = try compiled(
            #"{"version":"1","tools":{"t":{"rules":[{"name":"n","rate_limit":"5/day"}]}}}"#)
        let call = PolicyCall(tool: [UInt8]("t".utf8), arguments: nil, server: "s")
        let time = Timestamp(microseconds: 0)
        let decision = policy.decide(call, context: PolicyContext(time: time))
        #expect(decision.outcome == .deny)
        #expect(decision.code == .policyDenied)
        #expect(decision.rule == "/tools/t/rules/n")
        #expect(decision.reservations.isEmpty)
        let plan = policy.counters(for: call, at: time)
        #expect(plan.map(\.name) == ["t._rate_day"])
        var stale = PolicyContext(time: time.adding(seconds: 86_400))
        stale.counters[plan[0]] = .zero
        #expect(policy.decide(call, context: stale).outcome == .deny)
    }

    @Test("Look-alike tools do not share counters") func lookAlikes() throws {
        let policy = try compiled(
            """
            version: "1"
            tools:
              "K": {rules: [{name: n, rate_limit: 5/day}]}
              "\\u212a": {rules: [{name: n, rate_limit: 5/day}]}
            """
        )
        let time = Timestamp(microseconds: 0)
        let names = ["K", "\u{212A}"].map { name in
            policy.counters(
                for: PolicyCall(tool: [UInt8](name.utf8), arguments: nil, server: ""), at: time)
        }
        #expect(names[0].count == 1 && names[1].count == 1)
        #expect(names[0] != names[1])
        #expect(Set(names.flatMap { $0 }).count == 2)
    }
}
