internal import Core
internal import Reactor

/// A client's part on one reactor: the pools, the dialling, the buffers.
// SAFETY: used on its reactor's thread only.
final class ClientShard: @unchecked Sendable {
    typealias Pool = DestinationPool<ClientConnection, PoolWaiter>

    let reactor: Reactor
    let configuration: HTTPClient.Configuration
    var buffers = BufferPool()

    private var pools: [Destination: Pool] = [:]
    private var waiterIDs: UInt64 = 0
    private var tick: UInt32 = 0
    private var timer: TimerToken?

    private static let tickNanoseconds: UInt64 = 1_000_000_000

    init(_ reactor: Reactor, _ configuration: HTTPClient.Configuration) {
        self.reactor = reactor
        self.configuration = configuration
    }

    /// A connection of the pool or a new one. Fails without having sent anything.
    func checkout(_ request: ClientRequest) async throws(Failure) -> ClientConnection {
        let destination = request.destination
        while true {
            switch pool(destination, { $0.checkout() }) {
            case .connection(let connection):
                connection.stream.onReadable(nil)
                if connection.isFresh { return connection }
                discard(connection, destination)
            case .dial:
                return try await dial(destination, request.timeouts)
            case .wait:
                switch try await wait(destination, request.timeouts.poolWaitNanoseconds) {
                case .connection(let connection): return connection
                case .dial: return try await dial(destination, request.timeouts)
                }
            }
        }
    }

    /// Takes a connection back for the next request.
    func giveBack(_ connection: ClientConnection, _ destination: Destination) {
        guard connection.isFresh else { return discard(connection, destination) }
        connection.isReused = true
        connection.idleSince = tick
        switch pool(destination, { $0.giveBack(connection) }) {
        case .connection(let connection, let waiter): waiter.resume(.connection(connection))
        case .dial(let waiter): waiter.resume(.dial)
        case .none: watch(connection, destination)
        }
    }

    /// Whatever comes while it rests, bytes or an end, makes a connection useless.
    private func watch(_ connection: ClientConnection, _ destination: Destination) {
        connection.stream.onReadable { [weak self] in
            guard let self else { return connection.stream.close() }
            guard pool(destination, { $0.removeIdle(connection) }) else { return }
            discard(connection, destination)
        }
        if timer == nil { startSweeping() }
    }

    /// Closes a connection that is not in the pool, and frees its place.
    func discard(_ connection: ClientConnection, _ destination: Destination) {
        connection.stream.close()
        freePlace(destination)
    }

    /// Closes every resting connection.
    func closeIdle() {
        for destination in Array(pools.keys) {
            for connection in pool(destination, { $0.takeIdle { _ in true } }) {
                discard(connection, destination)
            }
        }
        if let timer { reactor.cancel(timer) }
        timer = nil
    }

    private func freePlace(_ destination: Destination) {
        switch pool(destination, { $0.freePlace() }) {
        case .connection(let connection, let waiter): waiter.resume(.connection(connection))
        case .dial(let waiter): waiter.resume(.dial)
        case .none: if pools[destination]?.isEmpty == true { pools[destination] = nil }
        }
    }

    private func pool<R>(_ destination: Destination, _ body: (inout Pool) -> R) -> R {
        body(&pools[destination, default: Pool(connectionsMax: configuration.connectionsMax)])
    }

    // MARK: waiting

    private func wait(
        _ destination: Destination, _ nanoseconds: UInt64
    ) async throws(Failure) -> PoolWaiter.Grant {
        guard pool(destination, { !$0.isFull }) else { throw Self.busy }
        waiterIDs += 1
        let id = waiterIDs
        let grant = await withUnsafeContinuation { continuation in
            let waiter = PoolWaiter(continuation)
            pool(destination) { $0.wait(id, waiter) }
            waiter.timer = reactor.timer(afterNanoseconds: nanoseconds) { [weak self] in
                self?.pool(destination) { $0.giveUp(id) }?.giveUp()
            }
            waiter.reactor = reactor
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
    private func dial(
        _ destination: Destination, _ timeouts: ClientTimeouts
    ) async throws(Failure) -> ClientConnection {
        do throws(Failure) {
            let deadline = reactor.turnNanoseconds + timeouts.connectNanoseconds
            return ClientConnection(
                try await Dialler.connect(
                    destination, on: reactor, tls: configuration.tls, deadline: deadline))
        } catch {
            freePlace(destination)
            throw error
        }
    }

    // MARK: sweeping

    private func startSweeping() {
        timer = reactor.timer(afterNanoseconds: Self.tickNanoseconds) { [weak self] in
            guard let self else { return }
            tick &+= 1
            sweep()
            if pools.isEmpty { timer = nil } else { startSweeping() }
        }
    }

    private func sweep() {
        let ticks = max(1, configuration.idleNanoseconds / Self.tickNanoseconds)
        for destination in Array(pools.keys) {
            let old = pool(destination) { pool in
                pool.takeIdle { UInt64(tick &- $0.idleSince) >= ticks }
            }
            for connection in old { discard(connection, destination) }
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
    var timer: TimerToken?
    var reactor: Reactor?

    init(_ continuation: UnsafeContinuation<Grant?, Never>) {
        self.continuation = continuation
    }

    func resume(_ grant: Grant) {
        if let timer { reactor?.cancel(timer) }
        continuation.resume(returning: grant)
    }

    func giveUp() { continuation.resume(returning: nil) }
}
