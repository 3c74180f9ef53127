internal import Core
internal import Postgres

/// Slugs in paths → tenants, remembered. A tenant's slug never changes and is never used again, so
/// what was found stays true; what was not found is asked again after a short while.
final class TenantDirectory: Sendable {
    private struct State {
        var known: [[UInt8]: TenantID] = [:]
        var unknown: [[UInt8]: UInt64] = [:]
    }

    private let clock: Clock
    private let state = Locked(State())
    private let lookUps: Batcher<[UInt8], TenantID?>

    init(database: Database, clock: Clock) {
        self.clock = clock
        lookUps = Batcher(
            aboardMax: Limits.lookUpsPerFlight, waitingMax: Limits.lookUpsWaiting
        ) { (slugs) async throws(Failure) in
            try await TenantStore.ids(
                ofSlugs: slugs.map { String(decoding: $0, as: UTF8.self) }, in: database
            ).map { .success($0) }
        }
    }

    func find(_ slug: [UInt8]) async throws(Failure) -> TenantID? {
        var problems = Problems()
        problems.slug(String(decoding: slug, as: UTF8.self))
        guard problems.fields.isEmpty else { return nil }
        let now = clock.monotonicNanoseconds()
        let (known, isUnknown) = state.withLock { state in
            (state.known[slug], state.unknown[slug].map { now < $0 } ?? false)
        }
        if known != nil || isUnknown { return known }
        let found = try await lookUps.submit(slug)
        state.withLock { state in
            if let found {
                state.known[slug] = found
                state.unknown[slug] = nil
            } else {
                if state.unknown.count >= Limits.refusedTokensMax { state.unknown = [:] }
                state.unknown[slug] = now + Limits.refusedTokenNanoseconds
            }
        }
        return found
    }
}
