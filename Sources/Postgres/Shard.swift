// A reactor's part of the pool.
internal import Core
internal import Reactor

/// Confined to its reactor's thread, whose tasks use it without leaving their core.
// SAFETY: everything but the constants is touched on the reactor's thread only; `onLoop` and
// `perform` get there from others.
final class Shard: @unchecked Sendable {
    let reactor: Reactor
    let settings: DatabaseSettings
    private var pool: PoolState
    private var connections: [Connection?]
    private var units = Fifo<Unit>()
    private var requests = Fifo<LeaseRequest>()
    private var backoff = Backoff(maxNanoseconds: Limits.databaseRetryNanosecondsMax)
    /// Why the last attempt to connect failed; nil after one that succeeded.
    private var lastFailure: Failure?
    private var isRetrying = false
    private var isTicking = false
    private var isRunning = false
    /// Set while no connection stands and the last attempt failed.
    private var outage: (since: UInt64, reason: Failure)?

    init(reactor: Reactor, size: Int, settings: DatabaseSettings) {
        self.reactor = reactor
        self.settings = settings
        pool = PoolState(size: size, unitsMax: Limits.databaseUnitsInFlightMax)
        connections = Array(repeating: nil, count: size)
    }

    /// Now when on the reactor's thread, else soon.
    @inline(__always)
    func onLoop(_ body: @escaping @Sendable () -> Void) {
        if reactor.isCurrent { body() } else { reactor.perform(body) }
    }

    var now: UInt64 { reactor.turnNanoseconds }

    func start() {
        guard !isRunning else { return }
        isRunning = true
        openLanes(atMost: .max)
    }

    func close() {
        guard isRunning else { return }
        isRunning = false
        let failure = Failure(.unavailable, "The database pool is closed.")
        for connection in connections { connection?.close(failure) }
        failWaiters(failure)
    }

    // MARK: Single units

    func submit(_ unit: Unit) {
        guard isRunning else { return unit.conclude(.failure(notRunning)) }
        if units.isEmpty, let slot = pool.slotForUnit(), let connection = connections[slot] {
            return send(unit, over: connection, slot)
        }
        if let refusal = refusalToWait(units.count) {
            return unit.conclude(.failure(refusal))
        }
        units.append(unit)
        tick()
    }

    private func send(_ unit: Unit, over connection: Connection, _ slot: Int) {
        connection.submit(unit)
        pool.setLoad(connection.load, of: slot)
        tick()
    }

    /// A step of the transaction that the connection is lent to.
    func submit(_ unit: Unit, over connection: Connection) {
        connection.submit(unit)
        tick()
    }

    // MARK: Lending

    func lend(_ request: LeaseRequest) {
        guard isRunning else { return request.conclude(.failure(notRunning)) }
        if let refusal = refusalToWait(requests.count) {
            return request.conclude(.failure(refusal))
        }
        request.since = now
        requests.append(request)
        serve()
        if !requests.isEmpty { tick() }
    }

    func withdraw(_ request: LeaseRequest) {
        _ = requests.extract { $0 === request }
        let failure = Failure(.cancelled, "Cancelled while waiting for a database connection.")
        request.conclude(.failure(failure))
    }

    /// The slot's user is done with it.
    func giveBack(_ connection: Connection, _ slot: Int) {
        guard connections[slot] === connection else { return }
        guard connection.isClean else {
            return connection.close(.databaseUnreachable("a transaction was left open"))
        }
        pool.returned(slot)
        pool.setLoad(0, of: slot)
        serve()
    }

    // MARK: Who waits

    /// Gives connections to those who wait, lenders first: they would starve behind single units.
    private func serve() {
        serveRequests()
        while !units.isEmpty, let slot = pool.slotForUnit(), let connection = connections[slot],
            let unit = units.popFirst()
        {
            send(unit, over: connection, slot)
        }
    }

    private func serveRequests() {
        while let request = requests.first {
            // One attempt for each that waits is enough.
            let mayOpen = outage == nil && !isRetrying && openingCount < requests.count
            switch pool.lend(mayOpen: mayOpen) {
            case .wait: return
            case .open(let slot): open(slot)
            case .lend(let slot):
                _ = requests.popFirst()
                guard let connection = connections[slot] else { return }
                request.conclude(.success(Lease(self, connection, slot)))
            }
        }
    }

    private var openingCount: Int {
        pool.slots.dropFirst(pool.lanes).count { $0 == .opening }
    }

    private func refusalToWait(_ waiting: Int) -> Failure? {
        if let outage, now >= outage.since + settings.waitNanoseconds { return outage.reason }
        guard waiting < settings.waitersMax else {
            return Failure(
                .unavailable, "The database is busy.",
                detail: "all \(connections.count) connections are in use and \(waiting) callers "
                    + "wait already (waiters limit \(settings.waitersMax)): raise the pool size",
                retryAfterSeconds: 1)
        }
        return nil
    }

    private func tooLong() -> Failure {
        if let outage { return outage.reason }
        let limit = settings.waitNanoseconds / 1_000_000
        return Failure(
            .unavailable, "The database is busy.",
            detail: "no connection became free within \(limit) ms (wait limit): "
                + (lastFailure?.detail
                    ?? "raise the pool size of \(connections.count) or shorten transactions"),
            retryAfterSeconds: 1)
    }

    private var notRunning: Failure {
        Failure(.unavailable, "The database pool is not running.")
    }

    private func failWaiters(_ failure: Failure) {
        for unit in units.takeAll() { unit.conclude(.failure(failure)) }
        for request in requests.takeAll() { request.conclude(.failure(failure)) }
    }

    // MARK: Time

    /// One timer while anything is under way or waits: deadlines are met within this step.
    private func tick() {
        guard !isTicking else { return }
        isTicking = true
        reactor.timer(afterNanoseconds: 20_000_000) { [weak self] in
            guard let self else { return }
            self.isTicking = false
            self.expire()
        }
    }

    private func expire() {
        let now = now
        for (slot, connection) in connections.enumerated() {
            guard let connection else { continue }
            connection.expire(now: now)
            if connections[slot] === connection { pool.setLoad(connection.load, of: slot) }
        }
        let wait = settings.waitNanoseconds
        for unit in units.extract(where: { now >= $0.since + wait || now >= $0.deadline }) {
            unit.conclude(.failure(tooLong()))
        }
        for request in requests.extract(where: { now >= $0.since + wait }) {
            request.conclude(.failure(tooLong()))
        }
        let isBusy = connections.contains { ($0?.inFlight ?? 0) > 0 }
        if isBusy || !units.isEmpty || !requests.isEmpty { tick() }
    }

    // MARK: Opening

    private func openLanes(atMost limit: Int) {
        for slot in pool.lanesToOpen(atMost: limit) { open(slot) }
    }

    private func open(_ slot: Int) {
        let connection = Connection(reactor: reactor)
        connections[slot] = connection
        connection.open(
            settings.target, settings: settings.sessionSettings,
            timeoutNanoseconds: Limits.databaseConnectNanoseconds
        ) { [weak self] failure in
            guard let self else { return }
            if let failure { return self.lost(slot, failure, hadOpened: false) }
            self.opened(slot, connection)
        }
    }

    private func opened(_ slot: Int, _ connection: Connection) {
        guard isRunning else { return connection.close(notRunning) }
        connection.onClosed = { [weak self] in self?.lost(slot, $0, hadOpened: true) }
        connection.onProgress = { [weak self, unowned connection] in
            guard let self else { return }
            self.pool.setLoad(connection.load, of: slot)
            if !self.units.isEmpty || !self.requests.isEmpty { self.serve() }
        }
        pool.opened(slot)
        backoff.succeeded()
        lastFailure = nil
        if outage != nil {
            outage = nil
            settings.log.info("database.reachable")
        }
        openLanes(atMost: .max)
        serve()
    }

    private func lost(_ slot: Int, _ failure: Failure, hadOpened: Bool) {
        pool.lost(slot)
        connections[slot] = nil
        guard isRunning else { return }
        settings.log.warning(hadOpened ? "database.lost" : "database.unreachable", failure)
        if hadOpened, outage == nil {
            // The others may stand; whether the server does, the next attempt tells.
            openLanes(atMost: .max)
            return serve()
        }
        lastFailure = failure
        if !pool.hasOpenSlot, outage == nil { outage = (now, failure) }
        if outage != nil { outage?.reason = failure }
        retry()
    }

    /// One attempt at a time while the server is away.
    private func retry() {
        guard !isRetrying else { return }
        isRetrying = true
        let delay = backoff.delay(random: UInt64.random(in: 0 ... .max))
        reactor.timer(afterNanoseconds: delay) { [weak self] in
            guard let self, self.isRunning else { return }
            self.isRetrying = false
            if !self.pool.isOpening { self.openLanes(atMost: self.outage == nil ? .max : 1) }
            self.serve()
        }
    }
}
