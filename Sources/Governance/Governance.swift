public import Core
public import Postgres
public import Vault

/// The capabilities of the control plane and what the data plane reads from them: one value a
/// noun, put together here.
public final class Governance: Sendable {
    public let tenants: Tenants
    public let members: Members
    public let apiTokens: APITokens
    public let servers: Servers
    public let credentials: Credentials
    public let catalogue: Catalogue
    public let agents: Agents
    public let grants: Grants
    public let policies: Policies
    public let attachments: Attachments
    public let counters: Counters
    public let snapshots: Snapshots
    /// Where the data plane authenticates.
    public let grantCache: GrantCache
    public let keyring: Keyring

    private let database: Database
    private let clock: Clock
    private let log: Log

    /// - Parameter urlCheck: says what is wrong with an upstream's URL; the address rules live
    ///   beside the client that dials.
    public init(
        database: Database, rootKey: RootKey, clock: Clock, entropy: Entropy, log: Log,
        urlCheck: @escaping URLCheck
    ) {
        let ids = IDGenerator(clock: clock, entropy: entropy)
        let keyring = Keyring(
            database: database, rootKey: rootKey, clock: clock, entropy: entropy)
        let snapshots = Snapshots(database: database, clock: clock)
        let grantCache = GrantCache(database: database, clock: clock)
        let record = AdminRecording.recorder(ids: ids, clock: clock)
        let changes = ChangeRunner(
            database: database, clock: clock, ids: ids, record: record,
            apply: { notice in
                grantCache.apply(notice)
                snapshots.apply(notice)
            })
        self.database = database
        self.clock = clock
        self.log = log
        self.keyring = keyring
        self.snapshots = snapshots
        self.grantCache = grantCache
        tenants = Tenants(
            database: database, keyring: keyring, clock: clock, ids: ids, record: record)
        members = Members(changes: changes)
        apiTokens = APITokens(changes: changes, entropy: entropy)
        servers = Servers(changes: changes, urlCheck: urlCheck)
        credentials = Credentials(changes: changes, keyring: keyring, entropy: entropy)
        catalogue = Catalogue(changes: changes)
        agents = Agents(changes: changes)
        grants = Grants(changes: changes, entropy: entropy)
        policies = Policies(changes: changes)
        attachments = Attachments(changes: changes)
        counters = Counters(database: database)
    }

    /// Checks the master key against the database and begins to listen for changes. Until the
    /// change feed is up nothing that is remembered is trusted.
    public func start() async throws(Failure) {
        try await keyring.checkRootKey()
        database.listen(
            Notice.channel,
            onNotify: { [grantCache, snapshots, log] payload in
                guard let notice = Notice(payload: payload) else {
                    // Somebody newer speaks here: what it meant cannot be known.
                    log.warning("changes.unknown_notice")
                    grantCache.feed(isListening: true)
                    snapshots.feed(isListening: true)
                    return
                }
                grantCache.apply(notice)
                snapshots.apply(notice)
            },
            onState: { [grantCache, snapshots, log] isConnected in
                log.info("changes.feed", ["connected": .bool(isConnected)])
                grantCache.feed(isListening: isConnected)
                snapshots.feed(isListening: isConnected)
            })
    }

    /// Nothing remembered is trusted any more.
    public func close() {
        grantCache.feed(isListening: false)
        snapshots.feed(isListening: false)
    }

    /// What needs doing about once a minute: notes when tokens were used, drops old windows of
    /// counters. A failure is logged and tried again the next time.
    public func housekeep() async {
        do {
            try await noteUses()
            for tenant in try await tenants.all() {
                try await counters.prune(tenant, at: clock.now())
            }
        } catch {
            log.warning("housekeeping.failed", ["code": .string(error.code.rawValue)])
        }
    }

    private func noteUses() async throws(Failure) {
        var latest: [TenantID: [String: Timestamp]] = [:]
        for use in grantCache.takeUses() {
            let known = latest[use.tenant]?[use.tokenID]
            latest[use.tenant, default: [:]][use.tokenID] = max(use.at, known ?? use.at)
        }
        for (tenant, uses) in latest {
            let ordered = uses.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
            try await GrantStore.touch(
                ordered.map { $0.key }, ordered.map { $0.value }, tenant, in: database)
        }
    }
}
