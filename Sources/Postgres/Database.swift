// The database as the rest of the program sees it.
public import Core
public import Reactor

/// A pool of pipelined connections to one PostgreSQL database, in equal parts on each reactor.
///
/// Nothing is ever sent twice: only connecting is tried again. A failed call's `outcomeUnknown`
/// says whether a write may have happened all the same. After the server was away, calls succeed
/// again within `Limits.databaseConnectNanoseconds` plus `databaseRetryNanosecondsMax`.
public final class Database: Sendable {
    /// Limits of one pool; the defaults are those of `Limits`.
    public struct Options: Sendable {
        /// Connections, over all reactors; at least 2. A quarter serves single units only.
        public var poolSize = 16
        /// Server side: a longer statement is ended.
        public var statementMilliseconds = Limits.databaseStatementMilliseconds
        /// Server side: a longer wait for a lock is ended.
        public var lockMilliseconds = Limits.databaseLockMilliseconds
        /// Server side: a transaction that does nothing for longer is ended.
        public var idleInTransactionMilliseconds = Limits.databaseIdleInTransactionMilliseconds
        /// How long a caller waits for an answer unless it says otherwise.
        public var unitNanoseconds = Limits.databaseUnitNanoseconds
        /// How long a caller waits for a connection.
        public var waitNanoseconds = Limits.databaseWaitNanoseconds
        /// How many callers may wait on one reactor for a connection; as many for a single unit.
        public var waitersMax = Limits.databaseWaitersMax
        /// Shown in `pg_stat_activity`.
        public var applicationName = "bailiwick"

        public init() {}
    }

    private let shards: [Shard]
    private let notifier: Notifier
    private let unitNanoseconds: UInt64

    /// Fails when the URL cannot be read. Connects to nothing yet.
    public init(
        url: String, reactors: [Reactor], options: Options = Options(),
        log: Log = .none
    ) throws(Failure) {
        precondition(!reactors.isEmpty, "a pool lives on a reactor")
        let target = try ConnectionTarget(url: url, applicationName: options.applicationName)
        let settings = DatabaseSettings(target: target, options: options, log: log)
        let size = max(2, options.poolSize)
        let count = min(reactors.count, size / 2)
        shards = (0..<count).map { index in
            Shard(
                reactor: reactors[index], size: size / count + (index < size % count ? 1 : 0),
                settings: settings)
        }
        notifier = Notifier(reactor: reactors[0], settings: settings)
        unitNanoseconds = options.unitNanoseconds
    }

    deinit { close() }

    /// Begins to connect. Calls made before the first connection stands wait for it.
    public func start() {
        for shard in shards { shard.onLoop { shard.start() } }
    }

    /// Fails what waits or is under way and closes every connection, soon.
    public func close() {
        for shard in shards { shard.onLoop { shard.close() } }
        let notifier = notifier
        notifier.reactor.perform { notifier.close() }
    }

    // MARK: Single units

    /// Passes when the database answers.
    public func ping() async throws(Failure) {
        _ = try await query("SELECT 1", tenant: nil)
    }

    /// One statement in a round trip and an implicit transaction of its own, with `app.tenant` set
    /// for just that transaction.
    public func query(
        _ query: Query, tenant: TenantID?, timeoutNanoseconds: UInt64? = nil
    ) async throws(Failure) -> [Row] {
        try await unit([query], tenant, timeoutNanoseconds)[0].rows
    }

    /// As `query`; answers how many rows were written.
    @discardableResult
    public func execute(
        _ query: Query, tenant: TenantID?, timeoutNanoseconds: UInt64? = nil
    ) async throws(Failure) -> Int {
        try await unit([query], tenant, timeoutNanoseconds)[0].affected
    }

    /// Several statements in one round trip and one implicit transaction: all or none. None of
    /// them may need a table that another one makes.
    public func batch(
        _ queries: [Query], tenant: TenantID?, timeoutNanoseconds: UInt64? = nil
    ) async throws(Failure) -> [[Row]] {
        guard !queries.isEmpty else { return [] }
        return try await unit(queries, tenant, timeoutNanoseconds).map(\.rows)
    }

    private func unit(
        _ queries: [Query], _ tenant: TenantID?, _ timeoutNanoseconds: UInt64?
    ) async throws(Failure) -> [ResultSet] {
        let shard = shard
        let timeout = timeoutNanoseconds ?? unitNanoseconds
        let all = tenant.map { [.settingTenant($0)] + queries } ?? queries
        let outcome: Unit.Answer = await withCheckedContinuation { continuation in
            shard.onLoop {
                let unit = Unit(
                    .oneShot, queries: all, skip: tenant == nil ? 0 : 1,
                    timeoutNanoseconds: timeout, now: shard.now
                ) { continuation.resume(returning: $0) }
                shard.submit(unit)
            }
        }
        return try outcome.get()
    }

    // MARK: Transactions

    /// BEGIN, `body`, COMMIT on a connection of its own. Whatever the body throws is thrown after a
    /// rollback; so is a cancellation, and a statement's failure that the body hid. A body that
    /// sends nothing costs no round trip. A body of several statements says what it throws:
    /// `{ transaction throws(Failure) in … }`.
    public nonisolated(nonsending) func transaction<Value>(
        tenant: TenantID?,
        _ body: nonisolated(nonsending) (Transaction) async throws(Failure) -> Value
    ) async throws(Failure) -> Value {
        let lease = try await lend()
        let transaction = Transaction(lease, tenant, unitNanoseconds)
        let value: Value
        do {
            value = try await body(transaction)
        } catch {
            _ = await transaction.end(commit: false)
            throw error
        }
        let isCancelled = Task.isCancelled
        if let failure = await transaction.end(commit: !isCancelled) { throw failure }
        if isCancelled { throw Failure(.cancelled, "Cancelled before the change was made.") }
        return value
    }

    private func lend() async throws(Failure) -> Lease {
        let shard = shard
        let request = LeaseRequest()
        let outcome: Result<Lease, Failure> = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                shard.onLoop {
                    request.whenConcluded { continuation.resume(returning: $0) }
                    if !request.isConcluded { shard.lend(request) }
                }
            }
        } onCancel: {
            shard.onLoop { shard.withdraw(request) }
        }
        return try outcome.get()
    }

    // MARK: Notifications

    /// Calls `onNotify` with the payload of every NOTIFY on the channel, on a reactor's thread.
    /// `onState` tells whether notifications arrive: first true once the server listens, false as
    /// soon as that is in doubt (at most `databaseHeartbeatNanoseconds` plus its answer limit
    /// later). What was sent meanwhile is lost: whoever is told true again re-reads.
    public func listen(
        _ channel: String, onNotify: @escaping @Sendable (String) -> Void,
        onState: @escaping @Sendable (Bool) -> Void
    ) {
        let notifier = notifier
        let listener = Notifier.Listener(
            channel: channel, onNotify: onNotify, onState: onState)
        notifier.reactor.perform { notifier.add(listener) }
    }

    /// The caller's own reactor's part; from elsewhere any.
    private var shard: Shard {
        if let current = Reactor.current {
            if let own = shards.first(where: { $0.reactor === current }) { return own }
            return shards[current.index % shards.count]
        }
        return shards.count == 1 ? shards[0] : shards[Int.random(in: shards.indices)]
    }
}

extension Query {
    /// For the current transaction only. Afterwards the setting is the empty string.
    static func settingTenant(_ tenant: TenantID) -> Query {
        "SELECT set_config('app.tenant', \(tenant.text), true)"
    }
}
