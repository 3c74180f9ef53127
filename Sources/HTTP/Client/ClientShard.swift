internal import Core
internal import Reactor

/// A client's part on one reactor: its pools and buffers, and the sweep over them.
// SAFETY: used on its reactor's thread only.
final class ClientShard: @unchecked Sendable {
    let reactor: Reactor
    let configuration: HTTPClient.Configuration
    var buffers = BufferPool()
    /// Seconds, counted by the sweep.
    private(set) var tick: UInt32 = 0

    private var pools: [Destination: ClientPool] = [:]
    private var timer: TimerToken?

    private static let tickNanoseconds: UInt64 = 1_000_000_000

    init(_ reactor: Reactor, _ configuration: HTTPClient.Configuration) {
        self.reactor = reactor
        self.configuration = configuration
    }

    func pool(_ destination: Destination) -> ClientPool {
        if let pool = pools[destination] { return pool }
        let pool = ClientPool(destination, self)
        pools[destination] = pool
        sweepLater()
        return pool
    }

    /// Closes every resting connection.
    func closeIdle() {
        for pool in Array(pools.values) { pool.sweep(ticks: 0) }
        forgetEmpty()
    }

    /// The sweep runs while there is anything to sweep, and keeps the shard alive that long.
    private func sweepLater() {
        if timer != nil { return }
        timer = reactor.timer(afterNanoseconds: Self.tickNanoseconds) { [self] in
            timer = nil
            tick &+= 1
            let ticks = max(1, configuration.idleNanoseconds / Self.tickNanoseconds)
            for pool in Array(pools.values) { pool.sweep(ticks: ticks) }
            forgetEmpty()
            if !pools.isEmpty { sweepLater() }
        }
    }

    private func forgetEmpty() {
        pools = pools.filter { !$0.value.isEmpty }
        if pools.isEmpty, let timer {
            reactor.cancel(timer)
            self.timer = nil
        }
    }
}
