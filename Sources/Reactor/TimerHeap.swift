// Timers of one reactor: a binary heap whose entries know their place, so that cancelling is as
// cheap as setting. Pure: it is told the time.

/// Names a timer. Of no use once it fired or was cancelled: then `cancel` does nothing.
public struct TimerToken: Sendable, Hashable {
    let slot: Int32
    let generation: UInt32
}

struct TimerHeap {
    private struct Node {
        var deadline: UInt64
        /// Equal deadlines fire in the order they were set.
        var sequence: UInt64
        var slot: Int32

        func isBefore(_ other: Node) -> Bool {
            deadline != other.deadline ? deadline < other.deadline : sequence < other.sequence
        }
    }

    private struct Slot {
        var fire: (() -> Void)?
        var generation: UInt32 = 0
        /// Place in the heap while set; next free slot otherwise.
        var position: Int32
    }

    private var heap: [Node] = []
    private var slots: [Slot] = []
    private var free: Int32 = -1
    private var sequence: UInt64 = 0

    var count: Int { heap.count }

    @discardableResult
    mutating func set(deadline: UInt64, _ fire: @escaping () -> Void) -> TimerToken {
        let slot: Int32
        if free >= 0 {
            slot = free
            free = slots[Int(slot)].position
        } else {
            slot = Int32(slots.count)
            slots.append(Slot(position: 0))
        }
        slots[Int(slot)].fire = fire
        sequence += 1
        heap.append(Node(deadline: deadline, sequence: sequence, slot: slot))
        rise(heap.count - 1)
        return TimerToken(slot: slot, generation: slots[Int(slot)].generation)
    }

    mutating func cancel(_ token: TimerToken) {
        let slot = Int(token.slot)
        guard slots.indices.contains(slot), slots[slot].generation == token.generation,
            slots[slot].fire != nil
        else { return }
        remove(at: Int(slots[slot].position))
        release(slot)
    }

    /// The closure of the first timer that is due, which is thereby over.
    mutating func popDue(now: UInt64) -> (() -> Void)? {
        guard let first = heap.first, first.deadline <= now else { return nil }
        let fire = slots[Int(first.slot)].fire
        remove(at: 0)
        release(Int(first.slot))
        return fire
    }

    /// How long to wait for the first timer, rounded up; -1 when there is none.
    func timeoutMilliseconds(now: UInt64) -> Int32 {
        guard let first = heap.first else { return -1 }
        guard first.deadline > now else { return 0 }
        let milliseconds = (first.deadline - now - 1) / 1_000_000 + 1
        return Int32(min(milliseconds, 3_600_000))
    }

    private mutating func release(_ slot: Int) {
        slots[slot].fire = nil
        slots[slot].generation &+= 1
        slots[slot].position = free
        free = Int32(slot)
    }

    private mutating func remove(at position: Int) {
        let last = heap.removeLast()
        guard position < heap.count else { return }
        heap[position] = last
        slots[Int(last.slot)].position = Int32(position)
        sink(position)
        rise(position)
    }

    private mutating func rise(_ start: Int) {
        var position = start
        let node = heap[position]
        while position > 0 {
            let parent = (position - 1) / 2
            guard node.isBefore(heap[parent]) else { break }
            place(heap[parent], position)
            position = parent
        }
        place(node, position)
    }

    private mutating func sink(_ start: Int) {
        var position = start
        let node = heap[position]
        while true {
            var child = 2 * position + 1
            guard child < heap.count else { break }
            if child + 1 < heap.count, heap[child + 1].isBefore(heap[child]) { child += 1 }
            guard heap[child].isBefore(node) else { break }
            place(heap[child], position)
            position = child
        }
        place(node, position)
    }

    private mutating func place(_ node: Node, _ position: Int) {
        heap[position] = node
        slots[Int(node.slot)].position = Int32(position)
    }
}
