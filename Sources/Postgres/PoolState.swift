// Which connection serves what: a pure machine that `Shard` obeys.

/// The first `lanes` slots are shared by single units and never lent; the others are lent to one
/// transaction at a time, opened when first needed, and help with single units while idle. So a
/// body that waits for a single unit never waits for another body to end.
struct PoolState {
    enum Slot: Equatable {
        case absent
        case opening
        case idle
        case lent
    }

    enum Lending: Equatable {
        case lend(Int)
        /// Open this slot and ask again when it stands.
        case open(Int)
        /// Every connection is lent or being opened.
        case wait
    }

    private(set) var slots: [Slot]
    /// Units under way in each slot, as the shell last told.
    private var loads: [Int]
    let lanes: Int
    let unitsMax: Int

    init(size: Int, unitsMax: Int) {
        precondition(size >= 2, "a pool has a lane and a connection to lend")
        lanes = max(1, size / 4)
        slots = Array(repeating: .absent, count: size)
        loads = Array(repeating: 0, count: size)
        self.unitsMax = unitsMax
    }

    /// The slot with the least to do that may take one more unit.
    func slotForUnit() -> Int? {
        var best: Int?
        for slot in slots.indices where slots[slot] == .idle {
            // A connection that may be lent takes a unit only when it has none.
            guard loads[slot] < (slot < lanes ? unitsMax : 1) else { continue }
            if let current = best, loads[current] <= loads[slot] { continue }
            best = slot
        }
        return best
    }

    mutating func lend(mayOpen: Bool) -> Lending {
        let lendable = slots.indices.dropFirst(lanes)
        if let slot = lendable.first(where: { slots[$0] == .idle && loads[$0] == 0 }) {
            slots[slot] = .lent
            return .lend(slot)
        }
        if mayOpen, let slot = lendable.first(where: { slots[$0] == .absent }) {
            slots[slot] = .opening
            return .open(slot)
        }
        return .wait
    }

    /// The lanes that are not open nor being opened; they are now.
    mutating func lanesToOpen(atMost limit: Int) -> [Int] {
        let missing = Array((0..<lanes).filter { slots[$0] == .absent }.prefix(limit))
        for slot in missing { slots[slot] = .opening }
        return missing
    }

    mutating func setLoad(_ load: Int, of slot: Int) { loads[slot] = load }

    mutating func opened(_ slot: Int) {
        precondition(slots[slot] == .opening, "opened a slot that was \(slots[slot])")
        slots[slot] = .idle
        loads[slot] = 0
    }

    mutating func returned(_ slot: Int) {
        precondition(slots[slot] == .lent, "returned a slot that was \(slots[slot])")
        slots[slot] = .idle
    }

    mutating func lost(_ slot: Int) {
        slots[slot] = .absent
        loads[slot] = 0
    }

    var hasOpenSlot: Bool { slots.contains { $0 == .idle || $0 == .lent } }
    var isOpening: Bool { slots.contains(.opening) }
}
