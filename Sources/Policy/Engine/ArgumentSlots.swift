import Core

/// The arguments that a rule set looks at, each found and parsed at most once for a decision.
struct ArgumentSlots {
    /// An argument that is there. An object, so that many rules can share one parsing.
    final class Found {
        let value: JSON
        let kind: JSON.Kind
        /// The exact value of a number that is within bounds.
        let number: ExactDecimal?
        /// The decoded bytes of a string.
        let text: [UInt8]?

        init(_ value: JSON) {
            self.value = value
            self.kind = value.kind
            self.number = kind == .number ? value.decimal : nil
            self.text = kind == .string ? value.utf8 : nil
        }
    }

    private enum Slot {
        case unresolved
        case resolved(Found?)
    }

    private let arguments: JSON?
    private var slots: [Slot]

    init(_ arguments: JSON?, count: Int) {
        self.arguments = arguments
        self.slots = [Slot](repeating: .unresolved, count: count)
    }

    /// The argument at a numbered path, nil when absent; charges the search to `work`.
    mutating func argument(
        _ number: Int, of paths: [ArgumentPath], work: inout Int
    ) -> Found? {
        if case .resolved(let found) = slots[number] { return found }
        let found = find(paths[number], work: &work)
        slots[number] = .resolved(found)
        return found
    }

    private func find(_ path: ArgumentPath, work: inout Int) -> Found? {
        guard var value = arguments else { return nil }
        for segment in path.segments {
            work += value.count * 8
            guard let member = value.member(segment) else { return nil }
            value = member
        }
        let found = Found(value)
        work += found.text?.count ?? 0
        return found
    }
}
