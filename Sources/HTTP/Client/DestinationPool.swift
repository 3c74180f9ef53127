/// The connections to one destination from one reactor, as a pure machine: it says what to do, the
/// shard does it. A place is held by a connection, resting or busy, or by a dial under way.
struct DestinationPool<Connection: AnyObject, Waiter> {
    private let connectionsMax: Int
    private let waitersMax: Int
    private(set) var places = 0
    private(set) var resting: [Connection] = []
    private(set) var waiters: [(id: UInt64, waiter: Waiter)] = []

    init(connectionsMax: Int, waitersMax: Int = 4096) {
        self.connectionsMax = connectionsMax
        self.waitersMax = waitersMax
    }

    var isEmpty: Bool { places == 0 && waiters.isEmpty }
    var isFull: Bool { waiters.count >= waitersMax }

    /// The connection used last: it is the least likely to be stale.
    mutating func takeResting() -> Connection? { resting.popLast() }

    /// A place for a dial; false when all are taken.
    mutating func takePlace() -> Bool {
        guard places < connectionsMax else { return false }
        places += 1
        return true
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

    /// A connection that can be used again: goes to the waiter that is answered, or rests.
    mutating func giveBack(_ connection: Connection) -> Waiter? {
        if !waiters.isEmpty { return waiters.removeFirst().waiter }
        resting.append(connection)
        return nil
    }

    /// A place is free: its connection closed, or its dial failed. The waiter that is answered
    /// takes the place and dials.
    mutating func freePlace() -> Waiter? {
        precondition(places > 0, "a place is freed once")
        if !waiters.isEmpty { return waiters.removeFirst().waiter }
        places -= 1
        return nil
    }

    /// A resting connection that died; false when it rests no more.
    mutating func removeResting(_ connection: Connection) -> Bool {
        guard let index = resting.lastIndex(where: { $0 === connection }) else { return false }
        resting.remove(at: index)
        return true
    }

    /// The resting connections that fit, taken out, the longest rested first.
    mutating func takeResting(while fits: (Connection) -> Bool) -> [Connection] {
        let count = resting.prefix(while: fits).count
        defer { resting.removeFirst(count) }
        return Array(resting.prefix(count))
    }
}
