internal import Core
internal import Reactor

/// A connection to a destination: either resting in its pool or owned by one exchange.
// SAFETY: used on its reactor's thread only.
final class ClientConnection: @unchecked Sendable {
    let stream: ByteStream
    let pool: ClientPool
    /// Whether it served an exchange before: a dead one may then be a stale one.
    var isReused = false
    var idleSince: UInt32 = 0

    init(_ stream: ByteStream, _ pool: ClientPool) {
        self.stream = stream
        self.pool = pool
    }

    /// Whatever comes while it rests, bytes or an end, makes it useless.
    func rest() {
        stream.onReadable { self.pool.dropResting(self) }
    }

    /// Whether a request may go out: nothing came unasked, and the server did not close.
    var isFresh: Bool { !stream.isClosed && !stream.isPeerClosed }
}
