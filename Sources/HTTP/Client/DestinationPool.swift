/// The connections to one destination from one reactor, as a pure machine: it says what to do, the
/// shard does it. A place is held by a connection, resting or busy, or by a dial under way.
struct DestinationPool<Connection: AnyObject, Waiter> {
    /// What a request gets.
    enum Checkout {
        case connection(Connection)
        case dial
        case wait
    }

    /// What happens to a place that became free.
    enum Handover {
        case connection(Connection, to: Waiter)
        case dial(Waiter)
        case none
    }

    private let connectionsMax: Int
    private let waitersMax: Int
    private(set) var places = 0
    private(set) var idle: [Connection] = []
    private(set) var waiters: [(id: UInt64, waiter: Waiter)] = []

    init(connectionsMax: Int, waitersMax: Int = 4096) {
        self.connectionsMax = connectionsMax
        self.waitersMax = waitersMax
    }

    var isEmpty: Bool { places == 0 && waiters.isEmpty }
    var isFull: Bool { waiters.count >= waitersMax }

    /// The connection used last rests on top: it is the least likely to be stale.
    mutating func checkout() -> Checkout {
        if let connection = idle.popLast() { return .connection(connection) }
        guard places < connectionsMax else { return .wait }
        places += 1
        return .dial
    }

    mutating func wait(_ id: UInt64, _ waiter: Waiter) {
        precondition(!isFull, "the caller asks first")
        waiters.append((id, waiter))
    }

    /// A waiter that gave up; nil when it was served before.
    mutating func giveUp(_ id: UInt64) -> Waiter? {
        guard let index = waiters.firstIndex(where: { $0.id == id }) else { return nil }
        return waiters.remove(at: index).waiter
    }

    /// A connection that can be used again.
    mutating func giveBack(_ connection: Connection) -> Handover {
        if waiters.isEmpty {
            idle.append(connection)
            return .none
        }
        return .connection(connection, to: waiters.removeFirst().waiter)
    }

    /// A place is free again: its connection closed, or its dial failed.
    mutating func freePlace() -> Handover {
        precondition(places > 0, "a place is freed once")
        places -= 1
        if waiters.isEmpty { return .none }
        places += 1
        return .dial(waiters.removeFirst().waiter)
    }

    /// A resting connection that died; false when it rests no more.
    mutating func removeIdle(_ connection: Connection) -> Bool {
        guard let index = idle.lastIndex(where: { $0 === connection }) else { return false }
        idle.remove(at: index)
        return true
    }

    /// The resting connections that fit, taken out, the longest rested first.
    mutating func takeIdle(while fits: (Connection) -> Bool) -> [Connection] {
        let count = idle.prefix(while: fits).count
        defer { idle.removeFirst(count) }
        return Array(idle.prefix(count))
    }
}
