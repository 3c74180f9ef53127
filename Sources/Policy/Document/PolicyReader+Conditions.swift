import Core

/// Rows `{path, op, value}`: the second pass.
extension PolicyReader {
    mutating func readRow(_ place: Place) -> Row? {
        guard let fields = fields(place, known: ["path", "op", "value"], of: "a condition") else {
            return nil
        }
        var subject: Row.Subject?
        if let given = fields["path"] {
            subject = readSubject(given)
        } else {
            report(place, "a condition needs a `path`, such as `args.amount`")
        }
        var name: Test.Name?
        if let given = fields["op"] {
            name = word(given, "`op`", Test.Name.self)
        } else {
            report(place, "a condition needs an `op`, such as `lte`")
        }
        guard let value = fields["value"] else {
            report(place, "a condition needs a `value` to compare with")
            return nil
        }
        let test = name.flatMap { readTest($0, value) }
        guard let subject, let test, let path = fields["path"]?.node.string else { return nil }
        if case .counter = subject {
            switch test {
            case .matches, .contains:
                warn(
                    fields["path"] ?? place,
                    "a counter is a number, so `\(test.name.rawValue)` never holds")
            default: break
            }
        }
        return Row(subject: subject, path: path, test: test)
    }

    // MARK: - Paths

    private mutating func readSubject(_ place: Place) -> Row.Subject? {
        guard let path = text(place, "`path`") else { return nil }
        if path.starts(with: "state.".utf8) { return readCounter(place, path) }
        return readArgumentPath(place, "`path`", orState: true).map { .argument($0) }
    }

    /// `args.a.b`, split at its dots.
    mutating func readArgumentPath(
        _ place: Place, _ what: String, orState: Bool = false
    ) -> ArgumentPath? {
        guard let path = text(place, what) else { return nil }
        let written = String(decoding: path, as: UTF8.self)
        guard path.starts(with: "args.".utf8) else {
            let start = orState ? "`args.` or `state.`" : "`args.`"
            report(place, "\(what) begins with \(start); `\(written)` does not")
            return nil
        }
        let segments = path.dropFirst(5)
            .split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
            .map { [UInt8]($0) }
        guard segments.allSatisfy({ !$0.isEmpty }) else {
            report(place, "\(what) `\(written)` has an empty part; write `args.a.b`")
            return nil
        }
        return ArgumentPath(segments: segments)
    }

    private mutating func readCounter(_ place: Place, _ path: [UInt8]) -> Row.Subject? {
        let name = [UInt8](path.dropFirst("state.".utf8.count))
        if let known = counterPlaces[name] { return .counter(known.index) }
        let written = String(decoding: path, as: UTF8.self)
        var hint = ""
        if name.starts(with: "*.".utf8) {
            hint = "; the counters of `*` are `state._global.<counter>`"
        } else {
            hint = Suggestion.phrase(for: name, among: counters.map(\.name.text))
        }
        report(
            place,
            "no rule keeps the counter `\(written)`; a `state` block with it is needed\(hint)")
        return nil
    }

    // MARK: - Operators

    private mutating func readTest(_ name: Test.Name, _ value: Place) -> Test? {
        switch name {
        case .eq: return readOperand(value).map { .equal($0) }
        case .neq: return readOperand(value).map { .notEqual($0) }
        case .contains: return readOperand(value).map { .contains($0) }
        case .in: return readOperands(value, name).map { .anyOf($0) }
        case .notIn: return readOperands(value, name).map { .noneOf($0) }
        case .lt: return readNumber(value, name).map { .less($0) }
        case .lte: return readNumber(value, name).map { .lessOrEqual($0) }
        case .gt: return readNumber(value, name).map { .greater($0) }
        case .gte: return readNumber(value, name).map { .greaterOrEqual($0) }
        case .regex: return readPattern(value).map { .matches($0) }
        case .exists:
            guard let bool = value.node.bool else {
                report(value, "`exists` compares with `true` or `false`")
                return nil
            }
            return .exists(bool)
        }
    }

    private mutating func readNumber(_ place: Place, _ name: Test.Name) -> ExactDecimal? {
        guard let number = place.node.number else {
            report(
                place,
                "`\(name.rawValue)` compares with a finite number; this is \(place.node.kindName)")
            return nil
        }
        return number
    }

    private mutating func readOperands(_ place: Place, _ name: Test.Name) -> [Operand]? {
        guard let elements = place.node.elements else {
            report(
                place, "`\(name.rawValue)` compares with a list; this is \(place.node.kindName)")
            return nil
        }
        let operands = elements.enumerated().map {
            readOperand(Place(node: $0.element, pointer: place.pointer.element($0.offset)))
        }
        return operands.contains { $0 == nil } ? nil : operands.compactMap { $0 }
    }

    private mutating func readOperand(_ place: Place) -> Operand? {
        switch place.node.value {
        case .invalid: return nil
        case .sequence(let elements):
            let items = elements.enumerated().map {
                readOperand(Place(node: $0.element, pointer: place.pointer.element($0.offset)))
            }
            return items.contains { $0 == nil } ? nil : .array(items.compactMap { $0 })
        case .mapping(let entries):
            let members = entries.map { entry in
                readOperand(Place(node: entry.value, pointer: place.pointer.member(entry.key)))
                    .map { Operand.Member(key: entry.key, value: $0) }
            }
            guard !members.contains(where: { $0 == nil }) else { return nil }
            return .object(
                members.compactMap { $0 }.sorted { $0.key.lexicographicallyPrecedes($1.key) })
        case .scalar(let scalar):
            switch scalar.meaning {
            case .null: return .null
            case .bool(let bool): return .bool(bool)
            case .number(let number): return .number(number)
            case .string: return .string(scalar.text)
            case .unrepresentable:
                report(place, "\(Self.quoted(place)) has no finite exact value")
                return nil
            }
        }
    }

    private mutating func readPattern(_ place: Place) -> Pattern? {
        guard let text = place.node.utf8 else {
            report(place, "`regex` compares with a pattern as text; this is \(place.node.kindName)")
            return nil
        }
        guard patternInstructions <= Limits.policyPatternInstructionsMax else {
            report(
                place,
                "the patterns of this policy compile to more than "
                    + "\(Limits.policyPatternInstructionsMax) instructions; use fewer of them")
            return nil
        }
        do throws(Pattern.Refusal) {
            let pattern = try Pattern(text)
            patternInstructions += pattern.instructions
            return pattern
        } catch {
            report(place, error.message)
            return nil
        }
    }
}
