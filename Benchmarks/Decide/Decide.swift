// How long a decision takes: a call with five arguments under a policy of the first version with
// 1, 10 and 100 rules that all hold, so that every one is looked at.
//
//     bench-decide [ROUNDS]
//
// Prints a JSON line for each size: {"rules":N,"nanoseconds":{"min":…,"median":…,"max":…}}.
import Core
import Glibc
import Policy
import Reactor

@main
enum Decide {
    static func main() {
        let rounds = CommandLine.arguments.dropFirst().first.flatMap { Int($0) } ?? 9
        for rules in [1, 10, 100] {
            guard case .success(let document) = PolicyDocument.parse(Array(policy(rules).utf8)),
                let arguments = try? JSON.parse(Array(text.utf8))
            else {
                fail("bench-decide: its own policy is refused\n")
            }
            measure(CompiledPolicy(document), arguments, rules: rules, rounds: max(1, rounds))
        }
    }

    private static let text = #"""
        {"ticket_id":"T-1001","amount":49.90,"currency":"EUR","note":"goodwill after outage",\#
        "customer":{"id":"C-17","tier":"gold"}}
        """#

    /// Rules take turns over the common operators, nested paths included.
    private static func policy(_ rules: Int) -> String {
        let conditions = [
            #"{path: args.amount, op: lte, value: 500}"#,
            #"{path: args.currency, op: in, value: [EUR, USD, GBP]}"#,
            #"{path: args.customer.tier, op: neq, value: banned}"#,
            #"{path: args.ticket_id, op: regex, value: "^T-[0-9]+$"}"#,
            #"{path: args.note, op: contains, value: outage}"#,
        ]
        let lines = (0..<rules).map { index in
            "      - {name: rule-\(index), conditions: [\(conditions[index % conditions.count])]}"
        }
        return """
            version: "1"
            default: deny
            tools:
              create_refund:
                rules:
            \(lines.joined(separator: "\n"))

            """
    }

    private static func measure(
        _ policy: CompiledPolicy, _ arguments: JSON, rules: Int, rounds: Int
    ) {
        let call = PolicyCall(
            tool: Array("create_refund".utf8), arguments: arguments, server: "desk")
        let context = PolicyContext(time: Clock.live.now())
        guard policy.decide(call, context: context).outcome == .allow else {
            fail("bench-decide: its own call is denied\n")
        }
        let decisions = 200_000 / (rules + 9)
        let samples = (0..<rounds).map { _ in
            let start = Clock.live.monotonicNanoseconds()
            var allowed = 0
            for _ in 0..<decisions where policy.decide(call, context: context).outcome == .allow {
                allowed += 1
            }
            precondition(allowed == decisions, "a decision changed")
            return (Clock.live.monotonicNanoseconds() - start) / UInt64(decisions)
        }.sorted()
        let (low, middle, high) = (samples[0], samples[rounds / 2], samples[rounds - 1])
        puts(
            "{\"rules\":\(rules),\"nanoseconds\":"
                + "{\"min\":\(low),\"median\":\(middle),\"max\":\(high)}}")
    }

    private static func fail(_ text: String) -> Never {
        let bytes = Array(text.utf8)
        _ = write(2, bytes, bytes.count)
        exit(1)
    }
}
