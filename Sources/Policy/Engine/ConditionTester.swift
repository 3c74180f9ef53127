import CRE2
import Core

/// Tests one value against one operator. Types never bend: text that looks like a number is text.
///
/// Positive and negative operators alike hold only for values of a fitting type, so that an
/// argument of an unexpected type is never more permitted (`neq` does not hold for a list that
/// contains the forbidden text).
struct ConditionTester {
    /// Bytes examined so far; see `Limits.policyWorkBytesMax`.
    var work = 0

    var isExhausted: Bool { work > Limits.policyWorkBytesMax }

    private enum Likeness {
        case equal
        case unequal
        /// Of types that do not compare.
        case unfitting
    }

    // MARK: - Arguments

    mutating func holds(_ test: Test, _ found: ArgumentSlots.Found?) -> Bool {
        guard let found else {
            if case .exists(false) = test { return true }
            return false
        }
        switch test {
        case .exists(let expected): return expected != (found.kind == .null)
        case .equal(let operand): return compare(found, operand) == .equal
        case .notEqual(let operand): return compare(found, operand) == .unequal
        case .anyOf(let operands): return isAny(found, operands)
        case .noneOf(let operands): return isNone(found, operands)
        case .less, .lessOrEqual, .greater, .greaterOrEqual:
            guard let number = found.number else { return false }
            return Self.orders(test, number)
        case .matches(let pattern): return matches(pattern, found)
        case .contains(let operand): return contains(found, operand)
        }
    }

    private mutating func isAny(_ found: ArgumentSlots.Found, _ operands: [Operand]) -> Bool {
        for operand in operands where compare(found, operand) == .equal { return true }
        return false
    }

    /// Holds for a value that equals none, if its type occurs among the operands (null apart).
    private mutating func isNone(_ found: ArgumentSlots.Found, _ operands: [Operand]) -> Bool {
        var fits = operands.allSatisfy { $0.kind == .null }
        for operand in operands {
            switch compare(found, operand) {
            case .equal: return false
            case .unequal: fits = fits || operand.kind != .null
            case .unfitting: break
            }
        }
        return fits
    }

    private mutating func matches(_ pattern: Pattern, _ found: ArgumentSlots.Found) -> Bool {
        guard let text = found.text else { return false }
        work += pattern.work(on: text.count)
        return !isExhausted && pattern.matches(text)
    }

    private mutating func contains(_ found: ArgumentSlots.Found, _ operand: Operand) -> Bool {
        if found.kind == .array {
            for element in found.value.elements {
                work += 16
                if isExhausted { return false }
                if compare(element, operand) == .equal { return true }
            }
            return false
        }
        guard case .string(let wanted) = operand, let text = found.text else { return false }
        work += text.count
        if isExhausted { return false }
        return wanted.isEmpty || bw_bytes_contain(text, text.count, wanted, wanted.count)
    }

    // MARK: - Counters

    func holds(_ test: Test, counter value: ExactDecimal) -> Bool {
        switch test {
        case .exists(let expected): return expected
        case .equal(.number(let operand)): return value == operand
        case .notEqual(.number(let operand)): return value != operand
        case .anyOf(let operands):
            return operands.contains { Self.isNumber($0, value) }
        case .noneOf(let operands):
            let fits = operands.isEmpty || operands.contains { $0.kind == .number }
            return fits && !operands.contains { Self.isNumber($0, value) }
        case .less, .lessOrEqual, .greater, .greaterOrEqual: return Self.orders(test, value)
        case .equal, .notEqual, .matches, .contains: return false
        }
    }

    private static func isNumber(_ operand: Operand, _ value: ExactDecimal) -> Bool {
        if case .number(let number) = operand { return number == value }
        return false
    }

    private static func orders(_ test: Test, _ value: ExactDecimal) -> Bool {
        switch test {
        case .less(let operand): value < operand
        case .lessOrEqual(let operand): !(operand < value)
        case .greater(let operand): operand < value
        case .greaterOrEqual(let operand): !(value < operand)
        default: false
        }
    }

    // MARK: - Equality

    private mutating func compare(
        _ found: ArgumentSlots.Found, _ operand: Operand
    ) -> Likeness {
        switch operand {
        case .string(let wanted):
            guard let text = found.text else { return .unfitting }
            return text == wanted ? .equal : .unequal
        case .number(let wanted):
            guard let number = found.number else { return .unfitting }
            return number == wanted ? .equal : .unequal
        default: return compare(found.value, operand)
        }
    }

    private mutating func compare(_ value: JSON, _ operand: Operand) -> Likeness {
        if case .null = operand { return value.isNull ? .equal : .unequal }
        guard value.kind == operand.kind else { return .unfitting }
        switch operand {
        case .null: return .unfitting
        case .bool(let bool): return value.bool == bool ? .equal : .unequal
        case .number(let wanted):
            guard let number = value.decimal else { return .unfitting }
            return number == wanted ? .equal : .unequal
        case .string(let wanted): return value.equals(wanted) ? .equal : .unequal
        case .array(let wanted): return compare(elements: value, wanted)
        case .object(let wanted): return compare(members: value, wanted)
        }
    }

    private mutating func compare(elements value: JSON, _ wanted: [Operand]) -> Likeness {
        guard value.count == wanted.count else { return .unequal }
        var likeness = Likeness.equal
        for (element, operand) in zip(value.elements, wanted) {
            likeness = worse(likeness, compare(element, operand))
        }
        return likeness
    }

    private mutating func compare(members value: JSON, _ wanted: [Operand.Member]) -> Likeness {
        guard value.count == wanted.count else { return .unequal }
        var likeness = Likeness.equal
        for member in wanted {
            work += value.count * 8
            guard let other = value.member(member.key) else { return .unequal }
            likeness = worse(likeness, compare(other, member.value))
        }
        return likeness
    }

    private func worse(_ left: Likeness, _ right: Likeness) -> Likeness {
        if left == .unfitting || right == .unfitting { return .unfitting }
        return left == .unequal ? .unequal : right
    }
}
