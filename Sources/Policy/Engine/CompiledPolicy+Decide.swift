import Core

extension CompiledPolicy {
    /// Decides. Total: it always answers, does no I/O, reads no clock, and the same inputs give
    /// the same answer. Whatever cannot be evaluated denies.
    ///
    /// Order: hidden, unlisted under `default: deny`, then what denies or requires, then limits;
    /// in each the tool's own rules before those of every call, in document order.
    public func decide(_ call: PolicyCall, context: PolicyContext) -> Decision {
        if hides(call.tool) { return .hidden(tool: call.tool) }
        let own = tools[call.tool]
        if own == nil, posture == .deny { return .unlisted(tool: call.tool) }
        var evaluation = Evaluation(self, context)
        var ownSlots = ArgumentSlots(call.arguments, count: own?.paths.count ?? 0)
        var everySlots = ArgumentSlots(call.arguments, count: everyCall.paths.count)
        if let own, let denied = evaluation.requirements(own, &ownSlots) { return denied }
        if let denied = evaluation.requirements(everyCall, &everySlots) { return denied }
        var allowed = Decision(.allow, stage: .approval)
        if let own, let denied = evaluation.limits(own, &ownSlots, &allowed) { return denied }
        if let denied = evaluation.limits(everyCall, &everySlots, &allowed) { return denied }
        allowed.explain = evaluation.explain
        return allowed
    }
}

/// One decision under way.
private struct Evaluation {
    private let policy: CompiledPolicy
    private let context: PolicyContext
    private let times: WindowTimes
    private var tester = ConditionTester()
    private(set) var explain: [RuleTrace] = []

    init(_ policy: CompiledPolicy, _ context: PolicyContext) {
        self.policy = policy
        self.context = context
        self.times = WindowTimes(context.time)
    }

    // MARK: - What denies or requires

    mutating func requirements(
        _ set: RuleSet, _ slots: inout ArgumentSlots
    ) -> Decision? {
        for requirement in set.requirements {
            if requirement.denies {
                trace(set.rules[requirement.rule], .deny, .applied)
                return denial(set.rules[requirement.rule], .policyDenied)
            }
            for row in requirement.rows where !holds(row, of: set, &slots) {
                return failure(of: row, in: set.rules[requirement.rule], set, &slots)
            }
            if context.explains { trace(set.rules[requirement.rule], .require, .held) }
        }
        return nil
    }

    private mutating func holds(
        _ row: Int, of set: RuleSet, _ slots: inout ArgumentSlots
    ) -> Bool {
        switch set.subjects[row] {
        case .argument(let number):
            let found = slots.argument(number, of: set.paths, work: &tester.work)
            return tester.holds(set.tests[row], found) && !tester.isExhausted
        case .counter(let index):
            guard let value = context.counters[policy.reference(to: index, times)] else {
                return false
            }
            return tester.holds(set.tests[row], counter: value)
        }
    }

    /// Says why a row did not hold; a bound on a counter is a quota, with its reset.
    private mutating func failure(
        of row: Int, in rule: RuleSet.CompiledRule, _ set: RuleSet,
        _ slots: inout ArgumentSlots
    ) -> Decision {
        var found = "counter"
        let subject = set.subjects[row]
        let test = set.tests[row]
        if case .argument(let number) = subject {
            let slot = slots.argument(number, of: set.paths, work: &tester.work)
            found =
                tester.isExhausted ? "more than may be examined" : ArgumentSlots.typeName(of: slot)
        }
        let condition = RuleTrace.Condition(
            path: set.pathTexts[row], op: test.name.rawValue, expected: test.expectedTypes,
            found: found)
        trace(rule, .require, .failed, condition)
        var denied = denial(rule, .policyDenied)
        guard case .counter(let counter) = subject else { return denied }
        let reference = policy.reference(to: counter, times)
        guard let value = context.counters[reference] else {
            denied.message = "The counter behind rule \"\(rule.name)\" cannot be read."
            return denied
        }
        guard let bound = test.upperBound else { return denied }
        denied.code = policy.counters[counter].measure.code
        denied.retryAt = reference.resetAt
        denied.limits = [status(reference, rule.pointer, bound, at: value)]
        return denied
    }

    // MARK: - Limits

    mutating func limits(
        _ set: RuleSet, _ slots: inout ArgumentSlots, _ allowed: inout Decision
    ) -> Decision? {
        if set.limiting.isEmpty { return nil }
        allowed.reservations.reserveCapacity(allowed.reservations.count + set.limiting.count)
        allowed.limits.reserveCapacity(allowed.limits.count + set.limiting.count)
        for rule in set.limiting {
            guard let limit = rule.limit else { continue }
            guard let increment = increment(of: limit, set, &slots) else {
                return unusableIncrement(limit, rule, set, &slots)
            }
            let reference = policy.reference(to: limit.counter, times)
            guard let value = context.counters[reference] else {
                trace(rule, .limit, .failed)
                var denied = denial(rule, .policyDenied, .limits)
                denied.message = "The counter behind rule \"\(rule.name)\" cannot be read."
                return denied
            }
            let after = value + increment
            guard let after, limit.bound?.admits(after) ?? true else {
                return overLimit(limit, rule, reference, value, increment)
            }
            trace(rule, .limit, .held)
            allowed.reservations.append(
                Reservation(
                    counter: reference, increment: increment, max: limit.bound?.max,
                    isExclusive: limit.bound?.isExclusive ?? false))
            if let bound = limit.bound {
                allowed.limits.append(status(reference, rule.pointer, bound, at: after))
            }
        }
        return nil
    }

    private mutating func increment(
        of limit: RuleSet.CompiledLimit, _ set: RuleSet, _ slots: inout ArgumentSlots
    ) -> ExactDecimal? {
        switch limit.increment {
        case .fixed(let amount): return amount
        case .argument(let number, _):
            let slot = slots.argument(number, of: set.paths, work: &tester.work)
            guard let amount = slot?.number, !amount.isNegative,
                !tester.isExhausted
            else { return nil }
            return amount
        }
    }

    private mutating func unusableIncrement(
        _ limit: RuleSet.CompiledLimit, _ rule: RuleSet.CompiledRule, _ set: RuleSet,
        _ slots: inout ArgumentSlots
    ) -> Decision {
        guard case .argument(let number, let path) = limit.increment else {
            return denial(rule, .policyDenied, .limits)
        }
        let slot = slots.argument(number, of: set.paths, work: &tester.work)
        let condition = RuleTrace.Condition(
            path: path, op: "increment_from", expected: "number of 0 or more",
            found: ArgumentSlots.typeName(of: slot))
        trace(rule, .limit, .failed, condition)
        var denied = denial(rule, .policyDenied, .limits)
        denied.message =
            "\(path) must be a number of 0 or more to be counted by rule \"\(rule.name)\"."
        return denied
    }

    private mutating func overLimit(
        _ limit: RuleSet.CompiledLimit, _ rule: RuleSet.CompiledRule, _ reference: CounterRef,
        _ value: ExactDecimal, _ increment: ExactDecimal
    ) -> Decision {
        trace(rule, .limit, .failed)
        var denied = denial(rule, policy.counters[limit.counter].measure.code, .limits)
        denied.message = limit.message
        guard let bound = limit.bound else { return denied }
        denied.limits = [status(reference, rule.pointer, bound, at: value)]
        // A call that alone is over the limit never passes.
        if bound.admits(increment) { denied.retryAt = reference.resetAt }
        return denied
    }

    private func status(
        _ reference: CounterRef, _ rule: String, _ bound: Limit.Bound, at value: ExactDecimal
    ) -> LimitStatus {
        let left = bound.max - value
        let remaining = left.map { $0.isNegative ? .zero : $0 } ?? .zero
        return LimitStatus(
            counter: reference, rule: rule, max: bound.max, isExclusive: bound.isExclusive,
            remaining: remaining)
    }

    // MARK: - Answers

    private func denial(
        _ rule: RuleSet.CompiledRule, _ code: Decision.Code,
        _ stage: Decision.Stage = .requirements
    ) -> Decision {
        Decision(
            .deny, code: code, stage: stage, rule: rule.pointer, message: rule.message,
            explain: explain)
    }

    private mutating func trace(
        _ rule: RuleSet.CompiledRule, _ effect: RuleTrace.Effect, _ result: RuleTrace.Result,
        _ condition: RuleTrace.Condition? = nil
    ) {
        guard context.explains else { return }
        explain.append(
            RuleTrace(rule: rule.pointer, effect: effect, result: result, condition: condition))
    }
}

extension CounterDefinition.Measure {
    /// What a denial for want of quota is called.
    var code: Decision.Code {
        switch self {
        case .calls: .rateLimited
        case .sum: .budgetExceeded
        }
    }
}
