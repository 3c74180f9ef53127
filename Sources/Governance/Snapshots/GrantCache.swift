public import Core
internal import Postgres
internal import Vault

/// The door of the data plane: whoever shows a grant token, and what it opens.
///
/// A known token costs a parse, a hash and a look under a lock; an unknown one shares the next
/// round trip to the database with all others that wait, so strangers cannot multiply queries.
/// While the change feed is down nothing remembered is trusted: every call asks the database.
public final class GrantCache: Sendable {
    private struct State {
        var shelf: GrantShelf
        var isListening = false
        /// Uses to be noted in the database.
        var used: [Use] = []
    }

    struct Use: Sendable {
        let tenant: TenantID
        let tokenID: String
        let at: Timestamp
    }

    private enum Found {
        case access(GrantAccess)
        case refused
        /// Not known: what the shelf's count of notices was.
        case unknown(notices: Int)
    }

    private let clock: Clock
    // SAFETY: every access to the state, and so to the tenants' epochs in it, is under this lock.
    private let state: Locked<State>
    private let lookUps: Batcher<String, GrantAccess?>

    init(database: Database, clock: Clock) {
        self.clock = clock
        state = Locked(
            State(
                shelf: GrantShelf(
                    grantsMax: Limits.grantCacheMax, refusedMax: Limits.refusedTokensMax)))
        lookUps = Batcher(
            aboardMax: Limits.lookUpsPerFlight, waitingMax: Limits.lookUpsWaiting
        ) { (ids) async throws(Failure) in
            try await GrantAccessStore.load(ids, in: database).map { .success($0) }
        }
    }

    /// What the token opens. Malformed, unknown, expired and revoked tokens are refused in the
    /// same words (`.unauthenticated`).
    public func authenticate(_ text: [UInt8]) async throws(Failure) -> GrantAccess {
        try await authenticate(Token.parse(text))
    }

    /// As above, with the token where it stands in the header.
    public func authenticate(_ text: ArraySlice<UInt8>) async throws(Failure) -> GrantAccess {
        try await authenticate(Token.parse(text))
    }

    private func authenticate(_ parsed: Token?) async throws(Failure) -> GrantAccess {
        guard let token = parsed, token.kind == .grant else { throw .badGrantToken }
        let key = TokenKey(token.id)
        switch find(token, key) {
        case .access(let access): return access
        case .refused: throw .badGrantToken
        case .unknown(let notices): return try await lookUp(token, key, notices: notices)
        }
    }

    private func find(_ token: Token, _ key: TokenKey) -> Found {
        let now = clock.now()
        return state.withLock { state in
            guard state.isListening else { return .unknown(notices: state.shelf.notices) }
            if let entry = state.shelf.find(key) {
                guard entry.access.hash == token.hash, entry.access.isCurrent(at: now) else {
                    return .refused
                }
                if now > entry.notedAt.adding(seconds: Limits.lastUseSeconds) {
                    state.shelf.note(key, at: now)
                    noteUse(entry.access, at: now, &state)
                }
                return .access(entry.access)
            }
            if state.shelf.isRefused(token.hash, at: clock.monotonicNanoseconds()) {
                return .refused
            }
            return .unknown(notices: state.shelf.notices)
        }
    }

    private func lookUp(
        _ token: Token, _ key: TokenKey, notices: Int
    ) async throws(Failure) -> GrantAccess {
        let access = try await lookUps.submit(token.id)
        let now = clock.now()
        guard let access, access.hash == token.hash, access.isCurrent(at: now) else {
            let until = clock.monotonicNanoseconds() + Limits.refusedTokenNanoseconds
            state.withLock { $0.shelf.refuse(token.hash, until: until) }
            throw .badGrantToken
        }
        state.withLock { state in
            noteUse(access, at: now, &state)
            guard state.isListening, state.shelf.notices == notices else { return }
            state.shelf.remember(access, key, at: now)
        }
        return access
    }

    private func noteUse(_ access: GrantAccess, at now: Timestamp, _ state: inout State) {
        guard state.used.count < Limits.lastUsesMax else { return }
        state.used.append(Use(tenant: access.tenant, tokenID: access.tokenID, at: now))
    }

    /// The uses since the last time, for the database.
    func takeUses() -> [Use] {
        state.withLock { state in
            defer { state.used = [] }
            return state.used
        }
    }

    func apply(_ notice: Notice) {
        state.withLock { $0.shelf.apply(notice) }
    }

    /// Nothing remembered survives a gap in the change feed.
    func feed(isListening: Bool) {
        state.withLock { state in
            state.shelf.forgetAll()
            state.isListening = isListening
        }
    }

    /// Whether the change feed is up, so that what is remembered may be used.
    public var isTrusting: Bool { state.withLock { $0.isListening } }

    /// How many grants are remembered, for metrics.
    public var count: Int { state.withLock { $0.shelf.count } }
}

extension Failure {
    static let badGrantToken = Failure(
        .unauthenticated,
        "The grant token is not valid here: send `Authorization: Bearer bwg_…` with a current "
            + "grant, or ask an administrator for one")
}
