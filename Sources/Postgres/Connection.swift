// One session in pipeline mode: many units under way at once, answered in order, each failing
// alone.
internal import CPQ
internal import Core
internal import Reactor

/// Confined to its reactor's thread. Opens once; a lost connection is replaced by a new object.
final class Connection {
    enum State {
        case opening, ready, closed
    }

    private let reactor: Reactor
    private let link: Link
    private(set) var state = State.opening
    private var flights = Fifo<Unit>()
    private var statements = StatementCache(capacity: Limits.databasePreparedStatementsMax)
    private var onOpened: ((Failure?) -> Void)?
    /// Told once, after a connection that had opened is closed for whatever reason.
    var onClosed: ((Failure) -> Void)?
    /// Told after answers came: there is room for more.
    var onProgress: (() -> Void)?

    init(reactor: Reactor) {
        self.reactor = reactor
        link = Link(reactor: reactor)
    }

    var inFlight: Int { flights.count }

    /// For the choice of a connection: one that keeps somebody waiting beyond the limit is full.
    var load: Int { flights.first?.isAbandoned == true ? .max : flights.count }

    /// Nothing under way and no transaction block open: fit for the next user.
    var isClean: Bool {
        guard state == .ready, flights.isEmpty, let handle = link.handle else { return false }
        return PQtransactionStatus(handle) == PQTRANS_IDLE
    }

    // MARK: Opening

    /// Calls back once: with nil when statements can be sent, or with why not.
    func open(
        _ target: ConnectionTarget, settings: [(StaticString, String)],
        timeoutNanoseconds: UInt64, _ opened: @escaping (Failure?) -> Void
    ) {
        onOpened = opened
        link.open(target, timeoutNanoseconds: timeoutNanoseconds) { [weak self] failure in
            guard let self else { return }
            if let failure { return self.finishOpening(failure) }
            guard PQenterPipelineMode(self.link.handle) == 1 else {
                return self.finishOpening(.databaseUnreachable(self.link.complaint))
            }
            self.state = .ready
            self.link.listen { [weak self] in self?.receive() }
            self.apply(settings, timeoutNanoseconds)
        }
    }

    private func apply(_ settings: [(StaticString, String)], _ timeoutNanoseconds: UInt64) {
        let calls = settings.map { setting -> Query in
            let name = "\(setting.0)"
            return "set_config(\(name), \(setting.1), false)"
        }
        let query: Query = "SELECT \(query: .joined(calls, separator: ", "))"
        submit(
            Unit(
                .step, queries: [query], timeoutNanoseconds: timeoutNanoseconds,
                now: reactor.turnNanoseconds
            ) { [weak self] answer in
                if case .failure(let failure) = answer {
                    self?.finishOpening(failure)
                } else {
                    self?.finishOpening(nil)
                }
            })
    }

    private func finishOpening(_ failure: Failure?) {
        guard let onOpened else { return }
        self.onOpened = nil
        if let failure { close(failure) }
        onOpened(failure)
    }

    // MARK: Sending

    func submit(_ unit: Unit) {
        guard state == .ready, let handle = link.handle else {
            let failure = Failure.connectionLost("already closed", outcomeUnknown: false)
            return unit.conclude(.failure(failure))
        }
        if unit.queries.contains(where: \.changesSession) {
            let misuse = Failure(
                .internal, "The database refused a statement.",
                detail: "a query may not begin or end a transaction nor change the session")
            return unit.conclude(.failure(misuse))
        }
        guard send(unit, handle), link.flush() else {
            enqueue(unit)
            return close(.databaseUnreachable(link.complaint))
        }
        enqueue(unit)
    }

    private func enqueue(_ unit: Unit) {
        if flights.isEmpty { unit.headSince = reactor.turnNanoseconds }
        flights.append(unit)
    }

    private func send(_ unit: Unit, _ handle: OpaquePointer) -> Bool {
        for query in unit.queries {
            switch statements.lookup(query) {
            case .known(let statement):
                unit.uses.append(statement)
            case .new(let statement, let evicted):
                unit.uses.append(statement)
                guard prepare(statement, query, evicted: evicted, handle) else { return false }
            }
        }
        for control in unit.controls where !sendControl("\(control)", handle) { return false }
        for (query, statement) in zip(unit.queries, unit.uses)
        where !query.send(on: handle, as: statement.name) { return false }
        return PQpipelineSync(handle) == 1
    }

    /// A unit of its own in front, so that a failing neighbour cannot keep it from being prepared.
    private func prepare(
        _ statement: PreparedStatement, _ query: Query, evicted: PreparedStatement?,
        _ handle: OpaquePointer
    ) -> Bool {
        if let evicted, !sendControl("DEALLOCATE \(evicted.name)", handle) { return false }
        enqueue(
            Unit(
                .prepare(statement), timeoutNanoseconds: Limits.databaseUnitNanoseconds,
                now: reactor.turnNanoseconds, answer: nil))
        return query.sendPrepare(on: handle, as: statement.name) && PQpipelineSync(handle) == 1
    }

    private func sendControl(_ text: String, _ handle: OpaquePointer) -> Bool {
        PQsendQueryParams(handle, text, 0, nil, nil, nil, nil, 1) == 1
    }

    // MARK: Receiving

    private func receive() {
        guard let handle = link.handle else { return }
        let isAlive = PQconsumeInput(handle) == 1
        dispatch(handle)
        guard state == .ready else { return }
        guard isAlive, link.flush() else {
            return close(.databaseUnreachable(flights.first?.failure?.detail ?? link.complaint))
        }
        onProgress?()
    }

    private func dispatch(_ handle: OpaquePointer) {
        var emptyInARow = 0
        while state == .ready, let unit = flights.first, PQisBusy(handle) == 0 {
            guard let result = PQgetResult(handle) else {
                // The end of one statement's results. Twice in a row happens around an error at
                // the synchronisation point, never without end.
                emptyInARow += 1
                guard emptyInARow < 4 else {
                    return close(.databaseUnreachable("answers do not match the statements"))
                }
                continue
            }
            emptyInARow = 0
            accept(result, for: unit)
        }
    }

    private func accept(_ result: OpaquePointer, for unit: Unit) {
        switch PQresultStatus(result) {
        case PGRES_PIPELINE_SYNC:
            PQclear(result)
            finishHead()
        case PGRES_TUPLES_OK, PGRES_COMMAND_OK, PGRES_EMPTY_QUERY:
            unit.received(ResultSet(result))
        case PGRES_PIPELINE_ABORTED:
            unit.received(failure: .databaseUnreachable("skipped"), isStale: false)
            PQclear(result)
        case PGRES_FATAL_ERROR:
            unit.received(
                failure: Failure(result: result), isStale: Failure.isStale(result: result))
            PQclear(result)
        default:
            PQclear(result)
            close(.databaseUnreachable("a statement answered in a way that a pipeline cannot"))
        }
    }

    private func finishHead() {
        guard let unit = flights.popFirst() else { return }
        flights.first?.headSince = reactor.turnNanoseconds
        if case .prepare(let statement) = unit.purpose {
            if let failure = unit.failure {
                statement.refusal = failure
                statements.forget(statement)
            }
            return
        }
        if let refusal = unit.uses.lazy.compactMap(\.refusal).first, unit.failure != nil {
            return unit.conclude(.failure(refusal))
        }
        if unit.isStale { unit.uses.forEach { statements.forget($0) } }
        unit.finish()
    }

    // MARK: Ending

    /// Tells callers whose time is up, and gives the connection up when the server is stuck: its
    /// head got no answer in the time it was given, or a transaction's step is late.
    func expire(now: UInt64) {
        guard state == .ready, let head = flights.first else { return }
        var isStuck = now >= head.headSince + head.timeoutNanoseconds
        flights.forEach { unit in
            guard now >= unit.deadline, unit.isAwaited else { return }
            isStuck = isStuck || unit.isExclusive
            let unknown = unit.mayHaveHappened
            unit.abandon(.noAnswer(within: unit.timeoutNanoseconds, outcomeUnknown: unknown))
        }
        if isStuck { close(.databaseUnreachable("the server does not answer")) }
    }

    /// Every unit under way fails at once. The server notices within a second that nobody listens
    /// (`client_connection_check_interval`) and ends what it was doing.
    func close(_ failure: Failure) {
        guard state != .closed else { return }
        state = .closed
        link.close()
        let reason = failure.detail ?? failure.message
        for unit in flights.takeAll() {
            let unknown = unit.mayHaveHappened
            unit.conclude(.failure(.connectionLost(reason, outcomeUnknown: unknown)))
        }
        if onOpened != nil { return finishOpening(failure) }
        let onClosed = onClosed
        self.onClosed = nil
        onProgress = nil
        onClosed?(failure)
    }
}
