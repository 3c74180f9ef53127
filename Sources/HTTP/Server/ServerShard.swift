internal import Core
internal import Reactor

/// A server's part on one reactor: its connections, their idle list, buffers, the date.
// SAFETY: used on its reactor's thread only, but for the two `Locked` figures.
final class ServerShard: @unchecked Sendable {
    let reactor: Reactor
    let configuration: HTTPServer.Configuration
    let handler: HTTPServer.Handler
    var buffers = BufferPool()
    private(set) var isDraining = false
    /// Connections that wait for their next request with a task.
    var lingering = 0

    private var date = HTTPDate()
    private var idle = ConnectionList()
    private var busy = ConnectionList()
    private var tick: UInt32 = 0
    private var timer: TimerToken?
    private let figures = Locked((open: 0, isOver: false))

    private static let tickNanoseconds: UInt64 = 1_000_000_000

    init(
        _ reactor: Reactor, _ configuration: HTTPServer.Configuration,
        _ handler: @escaping HTTPServer.Handler
    ) {
        self.reactor = reactor
        self.configuration = configuration
        self.handler = handler
    }

    /// Open connections. From any thread.
    var openCount: Int { figures.withLock { $0.open } }

    /// Whether everything was closed after a drain. From any thread.
    var isOver: Bool { figures.withLock { $0.isOver } }

    func dateBytes() -> [UInt8] { date.bytes(at: configuration.clock.now()) }

    func accept(_ stream: ByteStream) {
        if isDraining { return stream.close() }
        figures.withLock { $0.open += 1 }
        let connection = ServerConnection(stream, self)
        connection.list = .idle
        connection.idleSince = tick
        idle.append(connection)
        connection.listen()
    }

    /// A request begins.
    func listAsBusy(_ connection: ServerConnection) {
        idle.remove(connection)
        busy.append(connection)
        connection.list = .busy
    }

    /// A request ended: from here on a sweep or a drain may close the connection.
    func listAsIdle(_ connection: ServerConnection) {
        busy.remove(connection)
        idle.append(connection)
        connection.list = .idle
        connection.idleSince = tick
    }

    /// The task ends and the connection rests. While draining it closes instead.
    func rest(_ connection: ServerConnection) {
        if connection.list == .none { return }
        if isDraining { return close(connection) }
        listAsIdle(connection)
        connection.listen()
    }

    /// Closes a connection and forgets it; with `abort` the client sees a failure, not an end. A
    /// second call does nothing.
    func close(_ connection: ServerConnection, abort: Bool = false) {
        switch connection.list {
        case .none: return
        case .idle: idle.remove(connection)
        case .busy: busy.remove(connection)
        }
        connection.list = .none
        if abort { connection.stream.abort() } else { connection.stream.close() }
        figures.withLock { $0.open -= 1 }
    }

    // MARK: sweeping

    func startSweeping() {
        timer = reactor.timer(afterNanoseconds: Self.tickNanoseconds) { [self] in
            if isOver { return }
            tick &+= 1
            sweep()
            startSweeping()
        }
    }

    /// The idle list is in the order of going idle, so the oldest stand first.
    private func sweep() {
        let ticks = max(1, configuration.idleNanoseconds / Self.tickNanoseconds)
        while let oldest = idle.first, UInt64(tick &- oldest.idleSince) >= ticks {
            close(oldest)
        }
    }

    // MARK: draining

    func beginDrain() {
        isDraining = true
        while let connection = idle.first { close(connection) }
    }

    func endDrain() {
        while let connection = busy.first { close(connection, abort: true) }
        if let timer { reactor.cancel(timer) }
        timer = nil
        figures.withLock { $0.isOver = true }
    }
}

/// A list through the connections themselves: no allocation to move one.
struct ConnectionList {
    private(set) var first: ServerConnection?
    // SAFETY: `last` and every `previous` point into the list, whose `next`s own them.
    private unowned(unsafe) var last: ServerConnection?

    mutating func append(_ connection: ServerConnection) {
        connection.previous = last
        connection.next = nil
        if let last { last.next = connection } else { first = connection }
        last = connection
    }

    mutating func remove(_ connection: ServerConnection) {
        if let previous = connection.previous {
            previous.next = connection.next
        } else {
            first = connection.next
        }
        if let next = connection.next {
            next.previous = connection.previous
        } else {
            last = connection.previous
        }
        connection.previous = nil
        connection.next = nil
    }
}
