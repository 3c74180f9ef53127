/// A parsed text: its bytes, and one slot for each value and key in document order. Strings and
/// numbers stay in the bytes, so parsing allocates twice whatever the text.
// SAFETY: the parser fills `slots` and `count` before the tape is shared; nothing writes later.
final class JSONTape: @unchecked Sendable {
    /// 12 bytes a node.
    struct Slot {
        /// Offset of the value; for strings, of the first byte inside the quotes.
        var start: UInt32
        /// Strings and numbers: bytes as written. Containers: elements or members.
        var size: UInt32
        /// Bits 0–2 kind, bit 3 "has escapes"; above: index after the container (while it is open,
        /// its parent), fingerprint of a key, or for booleans 1 or 0.
        var link: UInt32

        @inline(__always) var kind: JSON.Kind { JSON.Kind(rawValue: UInt8(link & 7)) ?? .null }
        @inline(__always) var hasEscapes: Bool { link & 8 != 0 }
        @inline(__always) var upper: UInt32 { link >> 4 }
        @inline(__always) var range: Range<Int> { Int(start)..<Int(start) + Int(size) }
    }

    let bytes: [UInt8]
    // Read at every step, and never while written: see above.
    @exclusivity(unchecked) private(set) var slots: UnsafeMutablePointer<Slot>
    private(set) var capacity: Int
    @exclusivity(unchecked) var count = 0

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
        self.capacity = min(bytes.count / 2 + 1, max(16, bytes.count / 6))
        self.slots = .allocate(capacity: capacity)
    }

    deinit { slots.deallocate() }

    /// Makes room; called by the parser only.
    func grow() {
        let roomier = UnsafeMutablePointer<Slot>.allocate(capacity: capacity * 2)
        roomier.update(from: slots, count: capacity)
        slots.deallocate()
        slots = roomier
        capacity *= 2
    }

    @inline(__always)
    subscript(index: Int) -> Slot {
        precondition(index >= 0 && index < count, "INVARIANT: a node lies on its tape")
        return slots[index]
    }

    /// The index behind the value at `index`, all its contents included.
    @inline(__always)
    func after(_ index: Int) -> Int {
        let slot = self[index]
        return slot.link & 7 >= UInt32(JSON.Kind.array.rawValue) ? Int(slot.upper) : index + 1
    }

    /// The bytes of a string or number as they were written.
    @inline(__always)
    func withWritten<R>(_ slot: Slot, _ body: (UnsafeBufferPointer<UInt8>) -> R) -> R {
        bytes.withUnsafeBufferPointer { body(.init(rebasing: $0[slot.range])) }
    }

    /// The decoded bytes of a string, copied only if it has escapes.
    @inline(__always)
    func withDecoded<R>(_ slot: Slot, _ body: (UnsafeBufferPointer<UInt8>) -> R) -> R {
        withWritten(slot) { written in
            guard slot.hasEscapes else { return body(written) }
            return JSONText.unescaped(written).withUnsafeBufferPointer(body)
        }
    }

    /// Whether a string's decoded bytes are these.
    func decoded(_ slot: Slot, equals wanted: UnsafeBufferPointer<UInt8>) -> Bool {
        guard slot.hasEscapes || Int(slot.size) == wanted.count else { return false }
        return withDecoded(slot) { sameBytes($0, wanted) }
    }
}

@inline(__always)
func sameBytes(_ left: UnsafeBufferPointer<UInt8>, _ right: UnsafeBufferPointer<UInt8>) -> Bool {
    guard left.count == right.count else { return false }
    for index in 0..<left.count where left[index] != right[index] { return false }
    return true
}
