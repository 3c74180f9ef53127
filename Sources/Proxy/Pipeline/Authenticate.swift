// Stage 1: whose request is it. Only a grant's token in `Authorization` counts; a stranger learns
// nothing but how to stop being one.
internal import Core
internal import Governance
internal import HTTP
internal import MCP
internal import Reactor

extension Gateway {
    func authenticate(_ arrival: Arrival) async throws(Refusal) -> any Access {
        if let origin = arrival.headers.origin.value,
            arrival.headers.origin.isRepeated || !isAllowed(origin)
        {
            throw await stranger(.foreignOrigin, arrival)
        }
        guard let claimed = arrival.headers.authorization.value else {
            throw await stranger(Self.noToken, arrival, challenge: "Bearer realm=\"bailiwick\"")
        }
        guard !arrival.headers.authorization.isRepeated, let token = Self.bearer(claimed) else {
            throw await stranger(Self.badToken, arrival, challenge: Self.badTokenChallenge)
        }
        let place = arrival.place ?? (tenant: "", server: "")
        let admission: Admission
        do throws(Failure) {
            admission = try await governed.admit(token, place.tenant, place.server)
        } catch {
            log.warning("gateway.admission_failed", error, ["call": .string(arrival.call)])
            throw await stranger(RPCError(Self.unavailable), arrival)
        }
        switch admission {
        case .stranger:
            throw await stranger(Self.badToken, arrival, challenge: Self.badTokenChallenge)
        case .elsewhere(let holder):
            var record = newRecord(.refused, arrival, holder, .refused)
            record.code = Failure.Code.notFound.rawValue
            throw Refusal(Self.noSuchServer, record: record)
        case .admitted(let access):
            return access
        }
    }

    /// Refuses somebody unknown. The record goes to the log of the tenant that the path names, and
    /// many of them become one entry, so that no stranger can fill a log.
    private func stranger(_ error: RPCError, _ arrival: Arrival, challenge: String? = nil)
        async -> Refusal
    {
        var tenant: TenantID?
        if let slug = arrival.tenantSlug { tenant = try? await governed.tenant(slug) }
        var record = CallRecord(
            .refused, id: arrival.call, time: arrival.time, tenant: tenant ?? .platform,
            decision: .refused, code: error.failure.rawValue)
        record.source = arrival.request.peer.host
        record.requestID = arrival.requestID
        var refusal = Refusal(error, record: record)
        refusal.isStranger = true
        if let challenge { refusal.response.headers.add("WWW-Authenticate", challenge) }
        return refusal
    }

    private func isAllowed(_ origin: ArraySlice<UInt8>) -> Bool {
        configuration.allowedOrigins.contains { $0.utf8.elementsEqual(origin) }
    }

    /// The token of RFC 6750 section 2.1; the scheme's name in any case.
    private static func bearer(_ value: ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
        let scheme: StaticString = "bearer "
        let count = scheme.utf8CodeUnitCount
        guard value.count > count else { return nil }
        for index in 0..<count
        where value[value.startIndex + index] | 0x20 != scheme.utf8Start[index] {
            return nil
        }
        return value.dropFirst(count).drop { $0 == 0x20 }
    }

    private static let noToken = RPCError(
        Failure(
            .unauthenticated,
            "Send `Authorization: Bearer bwg_…` with the token of a grant for this server. "
                + "An administrator makes one under Grants."))
    private static let badToken = RPCError(
        Failure(
            .unauthenticated,
            "The grant's token is unknown, expired or revoked. Ask an administrator for a new "
                + "one and send it as `Authorization: Bearer bwg_…`."))
    private static let badTokenChallenge = "Bearer realm=\"bailiwick\", error=\"invalid_token\""
    private static let noSuchServer = RPCError(
        Failure(
            .notFound,
            "This grant opens no server at this path. Use the `mcp_url` that came with the grant."
        ))
    private static let unavailable = Failure(
        .unavailable, "Grants cannot be looked up at the moment. Try again later.",
        retryAfterSeconds: 1)
}
