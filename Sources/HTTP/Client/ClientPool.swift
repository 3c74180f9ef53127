internal import Core
internal import Reactor

/// The connections from one reactor to one destination: does what `DestinationPool` says.
// SAFETY: used on its reactor's thread only.
final class ClientPool: @unchecked Sendable {
    let destination: Destination
    private let shard: ClientShard
    private var machine: DestinationPool<ClientConnection, PoolWaiter>
    private var waiterIDs: UInt64 = 0

    init(_ destination: Destination, _ shard: ClientShard) {
        self.destination = destination
        self.shard = shard
        self.machine = DestinationPool(connectionsMax: shard.configuration.connectionsMax)
    }

    var isEmpty: Bool { machine.isEmpty }

    /// A resting connection that can be used at once.
    func takeResting() -> ClientConnection? {
        while let connection = machine.takeResting() {
            connection.stream.onReadable(nil)
            if connection.isFresh { return connection }
            discard(connection)
        }
        return nil
    }

    /// A new connection, or one that becomes free. Fails without having sent anything.
    func obtain(_ timeouts: ClientTimeouts) async throws(Failure) -> ClientConnection {
        if machine.takePlace() { return try await dial(timeouts) }
        switch try await wait(timeouts.poolWaitNanoseconds) {
        case .connection(let connection): return connection
        case .dial: return try await dial(timeouts)
        }
    }

    /// Takes a connection back for the next request.
    func giveBack(_ connection: ClientConnection) {
        guard connection.isFresh else { return discard(connection) }
        connection.isReused = true
        connection.idleSince = shard.tick
        if let waiter = machine.giveBack(connection) {
            waiter.resume(.connection(connection))
        } else {
            connection.rest()
        }
    }

    /// Closes a connection that does not rest, and frees its place.
    func discard(_ connection: ClientConnection) {
        connection.stream.close()
        freePlace()
    }

    /// Closes a connection that rests.
    func dropResting(_ connection: ClientConnection) {
        if machine.removeResting(connection) { discard(connection) }
    }

    /// Closes the connections that have rested that many ticks or longer.
    func sweep(ticks: UInt64) {
        let old = machine.takeResting { UInt64(shard.tick &- $0.idleSince) >= ticks }
        for connection in old { discard(connection) }
    }

    private func freePlace() {
        machine.freePlace()?.resume(.dial)
    }

    // MARK: waiting

    private func wait(_ nanoseconds: UInt64) async throws(Failure) -> PoolWaiter.Grant {
        if machine.isFull { throw Self.busy }
        waiterIDs += 1
        let id = waiterIDs
        let grant = await withUnsafeContinuation { continuation in
            let waiter = PoolWaiter(continuation, shard.reactor)
            machine.wait(id, waiter)
            waiter.timer = shard.reactor.timer(afterNanoseconds: nanoseconds) {
                self.machine.giveUp(id)?.giveUp()
            }
        }
        guard let grant else { throw Self.busy }
        return grant
    }

    private static var busy: Failure {
        Failure(
            .upstreamUnavailable, "every connection to the upstream is busy; try again shortly")
    }

    // MARK: dialling

    /// Resolves once, checks each address, connects to the first that answers. The place is held
    /// already and freed on failure.
    private func dial(_ timeouts: ClientTimeouts) async throws(Failure) -> ClientConnection {
        do throws(Failure) {
            let deadline = shard.reactor.turnNanoseconds + timeouts.connectNanoseconds
            let stream = try await Dialler.connect(
                destination, on: shard.reactor, tls: shard.configuration.tls, deadline: deadline)
            return ClientConnection(stream, self)
        } catch {
            freePlace()
            throw error
        }
    }
}

/// A request that waits for a place.
// SAFETY: used on its reactor's thread only.
final class PoolWaiter: @unchecked Sendable {
    enum Grant: Sendable {
        case connection(ClientConnection)
        case dial
    }

    private let continuation: UnsafeContinuation<Grant?, Never>
    private let reactor: Reactor
    var timer: TimerToken?

    init(_ continuation: UnsafeContinuation<Grant?, Never>, _ reactor: Reactor) {
        self.continuation = continuation
        self.reactor = reactor
    }

    func resume(_ grant: Grant) {
        if let timer { reactor.cancel(timer) }
        continuation.resume(returning: grant)
    }

    func giveUp() { continuation.resume(returning: nil) }
}
