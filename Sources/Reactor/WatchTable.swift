// Which object an epoll event is for. A token is a slot and the slot's generation: an event that
// was already fetched when its descriptor was closed finds a newer generation and is dropped, so
// it never reaches the next owner of the same number.

/// Receiver of the events of one descriptor.
enum EventSink {
    case watch(Watch)
    case stream(ByteStream)

    func ready(_ flags: UInt32) {
        switch self {
        case .watch(let watch): watch.ready(flags)
        case .stream(let stream): stream.ready(flags)
        }
    }

    /// The reactor ends.
    func end() {
        switch self {
        case .watch(let watch): watch.cancel()
        case .stream(let stream): stream.close()
        }
    }
}

struct WatchTable {
    private struct Slot {
        var sink: EventSink?
        var generation: UInt32 = 0
        var nextFree: Int32 = -1
    }

    private var slots: [Slot] = []
    private var free: Int32 = -1
    private(set) var count = 0

    var sinks: [EventSink] { slots.compactMap(\.sink) }

    mutating func insert(_ sink: EventSink) -> UInt64 {
        count += 1
        if free < 0 {
            slots.append(Slot(sink: sink))
            return UInt64(slots.count - 1)
        }
        let index = Int(free)
        free = slots[index].nextFree
        slots[index].sink = sink
        return UInt64(slots[index].generation) << 32 | UInt64(index)
    }

    mutating func remove(_ token: UInt64) {
        guard sink(token) != nil else { return }
        let index = Int(token & 0xffff_ffff)
        slots[index].sink = nil
        // The last generation is left out, so that no token equals the loop's own (all ones).
        slots[index].generation = (slots[index].generation &+ 1) & 0x7fff_ffff
        slots[index].nextFree = free
        free = Int32(index)
        count -= 1
    }

    func sink(_ token: UInt64) -> EventSink? {
        let index = Int(token & 0xffff_ffff)
        guard index < slots.count, slots[index].generation == UInt32(token >> 32) else {
            return nil
        }
        return slots[index].sink
    }
}
