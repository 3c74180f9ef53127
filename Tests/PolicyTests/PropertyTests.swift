import Core
import Policy
import Testing

/// What holds of every policy and call, on random ones from a fixed seed.
@Suite struct PropertyTests {
    /// SplitMix64: the same policies in every run.
    struct Generator: RandomNumberGenerator {
        var state: UInt64

        mutating func next() -> UInt64 {
            state &+= 0x9E37_79B9_7F4A_7C15
            var z = state
            z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
            z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
            return z ^ (z >> 31)
        }

        mutating func pick<T>(_ items: [T]) -> T {
            items[Int.random(in: 0..<items.count, using: &self)]
        }
    }

    static let scalars = [
        "0", "1", "-1", "1.0", "1e2", "100", "\"\"", "\"a\"", "\"1\"", "true", "false", "null",
        "[1]", "[\"a\"]", "{\"a\":1}", "\"e\\u0301\"", "\"\\u00e9\"",
    ]
    static let paths = ["args.a", "args.b", "args.a.a", "args.c"]

    static func condition(_ random: inout Generator) -> String {
        let value = random.pick(scalars)
        let list = "[\(random.pick(scalars)),\(random.pick(scalars))]"
        let number = random.pick(["0", "1", "50.5", "-3"])
        let (op, operand) = random.pick([
            ("eq", value), ("neq", value), ("in", list), ("not_in", list), ("lt", number),
            ("lte", number), ("gt", number), ("gte", number), ("regex", "\"^[a1]\""),
            ("contains", value), ("exists", "true"), ("exists", "false"),
        ])
        return #"{"path":"\#(random.pick(paths))","op":"\#(op)","value":\#(operand)}"#
    }

    static func rule(_ name: Int, _ random: inout Generator) -> String {
        let conditions = (0...Int.random(in: 0...1, using: &random))
            .map { _ in condition(&random) }.joined(separator: ",")
        switch Int.random(in: 0..<8, using: &random) {
        case 0: return #"{"name":"r\#(name)","rate_limit":"\#(name + 1)/day"}"#
        case 1:
            let bound = #"{"path":"state.t.c\#(name)","op":"lte","value":50}"#
            let state = #"{"counter":"c\#(name)","window":"hour","increment_from":"args.a"}"#
            return #"{"name":"r\#(name)","conditions":[\#(bound)],"state":\#(state)}"#
        default: return #"{"name":"r\#(name)","conditions":[\#(conditions)]}"#
        }
    }

    static func rules(_ random: inout Generator) -> [String] {
        var rates = 0
        return (0..<Int.random(in: 1...5, using: &random)).map { rule($0, &random) }.filter {
            guard $0.contains("rate_limit") else { return true }
            rates += 1
            return rates == 1
        }
    }

    static func policy(_ rules: [String]) -> String {
        #"{"version":"1","tools":{"t":{"rules":[\#(rules.joined(separator: ","))]}}}"#
    }

    static func call(_ random: inout Generator) -> String {
        let members = ["a", "b", "c"].compactMap { key -> String? in
            Bool.random(using: &random) ? #""\#(key)":\#(random.pick(scalars))"# : nil
        }
        return #"{"tool":"t","args":{\#(members.joined(separator: ","))}}"#
    }

    static func evaluated(_ policy: String, _ call: String) throws -> PolicyEvaluation {
        let compiled = try compiled(policy)
        return try PolicyEvaluation.evaluate(
            compiled, name: "p", call: [UInt8](call.utf8), context: nil,
            now: Timestamp(microseconds: 1_700_000_000_000_000)
        ).get()
    }

    @Test("1,000 replays give the same bytes") func replays() throws {
        var random = Generator(state: 1)
        for _ in 0..<20 {
            let policy = Self.policy(Self.rules(&random))
            let call = Self.call(&random)
            let first = try Self.evaluated(policy, call).serialized
            let kept = try compiled(policy)
            for replay in 0..<50 {
                let again = replay.isMultiple(of: 10) ? try compiled(policy) : kept
                let answer = try PolicyEvaluation.evaluate(
                    again, name: "p", call: [UInt8](call.utf8), context: nil,
                    now: Timestamp(microseconds: 1_700_000_000_000_000)
                ).get()
                #expect(answer.serialized == first)
            }
        }
    }

    @Test("Another rule never permits more") func monotone() throws {
        var random = Generator(state: 2)
        for _ in 0..<400 {
            let rules = Self.rules(&random)
            let call = Self.call(&random)
            let before = try Self.evaluated(Self.policy(rules), call).decision
            let condition = Self.condition(&random)
            for more in [
                #"{"name":"x","action":"deny"}"#, #"{"name":"x","conditions":[\#(condition)]}"#,
            ] {
                let after = try Self.evaluated(Self.policy(rules + [more]), call).decision
                if before.outcome == .deny { #expect(after.outcome == .deny) }
            }
        }
    }

    @Test("The order of rules changes which is named, never whether a call passes")
    func order() throws {
        var random = Generator(state: 3)
        for _ in 0..<400 {
            let rules = Self.rules(&random)
            let call = Self.call(&random)
            let before = try Self.evaluated(Self.policy(rules), call).decision
            let after = try Self.evaluated(Self.policy(rules.shuffled(using: &random)), call)
                .decision
            #expect(after.outcome == before.outcome)
            #expect(after.reservations.count == before.reservations.count)
        }
    }

    @Test("A rule of another tool changes nothing") func unrelated() throws {
        var random = Generator(state: 4)
        for _ in 0..<100 {
            let rules = Self.rules(&random)
            let call = Self.call(&random)
            let policy = Self.policy(rules)
            let more = policy.dropLast(2) + #","u":{"rules":[{"name":"n","action":"deny"}]}}}"#
            #expect(
                try Self.evaluated(policy, call).serialized
                    == Self.evaluated(String(more), call).serialized)
        }
    }

    @Test("Leaving out an argument, or another type, never passes a call that a value does not")
    func positiveOperators() throws {
        for op in ["eq", "neq", "in", "not_in", "lt", "lte", "gt", "gte", "regex", "contains"] {
            let operand = ["in", "not_in"].contains(op) ? "[5]" : op == "regex" ? "\"5\"" : "5"
            let rule =
                #"{"name":"n","conditions":[{"path":"args.a","op":"\#(op)","value":\#(operand)}]}"#
            for arguments in ["{}", #"{"a":null}"#, #"{"a":{}}"#, #"{"a":true}"#, #"{"b":5}"#] {
                let call = #"{"tool":"t","args":\#(arguments)}"#
                let decision = try Self.evaluated(Self.policy([rule]), call).decision
                #expect(decision.outcome == .deny, "\(op) \(arguments)")
            }
        }
    }
}
