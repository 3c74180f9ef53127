import Core

/// The arguments that a rule set looks at, each found and parsed at most once for a decision.
struct ArgumentSlots {
    enum Slot {
        case unresolved
        case absent
        case present(JSON, number: ExactDecimal?)
    }

    private let arguments: JSON?
    private var slots: [Slot]

    init(_ arguments: JSON?, count: Int) {
        self.arguments = arguments
        self.slots = [Slot](repeating: .unresolved, count: count)
    }

    /// The argument at a numbered path; charges the search to `work`.
    mutating func argument(_ number: Int, of paths: [ArgumentPath], work: inout Int) -> Slot {
        if case .unresolved = slots[number] {
            slots[number] = find(paths[number], work: &work)
        }
        return slots[number]
    }

    private func find(_ path: ArgumentPath, work: inout Int) -> Slot {
        guard var value = arguments else { return .absent }
        for segment in path.segments {
            work += value.count * 8
            guard let member = value.member(segment) else { return .absent }
            value = member
        }
        return .present(value, number: value.decimal)
    }
}
