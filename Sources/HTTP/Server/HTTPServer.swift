public import Core
public import Reactor

/// An HTTP/1.1 and 1.0 server on every given reactor. A connection lives on one reactor; between
/// requests it holds neither a task nor a buffer.
public final class HTTPServer: Sendable {
    /// Answers exactly one response. Runs on the connection's reactor and must not block it.
    public typealias Handler = @Sendable (Request) async -> Response

    /// What bounds a server; the product's limits are the defaults.
    public struct Configuration: Sendable {
        public var codec = CodecLimits()
        /// Open connections of all reactors together; more wait in the backlog.
        public var connectionsMax = Limits.serverConnectionsMax
        /// From a head's first byte to its last.
        public var headNanoseconds = Limits.serverHeadNanoseconds
        /// From the first wait for a body to its end.
        public var bodyNanoseconds = Limits.serverBodyNanoseconds
        /// Between requests; exact to a second.
        public var idleNanoseconds = Limits.serverIdleNanoseconds
        /// How long a client may take nothing of a response.
        public var writeStallNanoseconds = Limits.httpWriteStallNanoseconds
        /// What the handler left of a body is read up to here to keep the connection.
        public var unreadBodyBytesMax = Limits.httpUnreadBodyBytesMax
        public var clock = Clock.live

        public init() {}
    }

    private let reactors: [Reactor]
    private let address: SocketAddress
    private let tls: TLSServer?
    private let configuration: Configuration
    private let shards: [ServerShard]
    private let listeners = Locked<[Listener]>([])

    public init(
        reactors: [Reactor], address: SocketAddress, tls: TLSServer? = nil,
        configuration: Configuration = Configuration(), handler: @escaping Handler
    ) {
        self.reactors = reactors
        self.address = address
        self.tls = tls
        self.configuration = configuration
        self.shards = reactors.map { ServerShard($0, configuration, handler) }
    }

    /// Begins to accept. `report` gets what goes wrong without a caller (no descriptors left).
    /// Fails with `unavailable` when the port is taken. To be called once.
    public func start(
        report: @escaping @Sendable (Failure) -> Void = { _ in }
    ) throws(Failure) {
        var options = Listener.Options()
        options.connectionsMax = configuration.connectionsMax
        let shards = shards
        let started = try Listener.start(
            on: address, reactors: reactors, tls: tls, options: options, report: report
        ) { stream in
            guard let shard = shards.first(where: { $0.reactor.isCurrent }) else { return }
            shard.accept(stream)
        }
        listeners.withLock { $0 = started }
        for shard in shards { shard.reactor.perform { shard.startSweeping() } }
    }

    /// The port it listens on; 0 before `start`.
    public var port: UInt16 { listeners.withLock { $0.first?.address.port ?? 0 } }

    /// Open connections, idle ones included.
    public var connectionCount: Int { shards.reduce(0) { $0 + $1.openCount } }

    /// Accepts nothing more, closes idle connections, lets requests under way finish with
    /// `Connection: close`, and after the grace closes what is left. Returns when all are closed.
    public func drain(graceNanoseconds: UInt64) async {
        for listener in listeners.withLock({ $0 }) { listener.close() }
        for shard in shards { shard.reactor.perform { shard.beginDrain() } }
        let deadline = configuration.clock.monotonicNanoseconds().addingReportingOverflow(
            graceNanoseconds)
        let end = deadline.overflow ? UInt64.max : deadline.partialValue
        while connectionCount > 0, configuration.clock.monotonicNanoseconds() < end {
            await reactors[0].sleep(nanoseconds: 2_000_000)
        }
        for shard in shards { shard.reactor.perform { shard.endDrain() } }
        while connectionCount > 0 || shards.contains(where: { !$0.isOver }) {
            await reactors[0].sleep(nanoseconds: 1_000_000)
        }
    }
}
