// The data plane's one entry: a request of an MCP client becomes a decision, a record and, if both
// allow it, a request to the upstream.
public import Core
public import HTTP
internal import MCP

/// Governs `POST|GET|DELETE /mcp/{tenant}/{server}`.
///
/// **Invariant:** nothing is forwarded whose intent is not durably on record, and no answer to what
/// was forwarded leaves before its outcome is.
public final class Gateway: Sendable {
    public struct Configuration: Sendable {
        /// Values of `Origin` that browsers may send: the product's own. Every other is refused.
        public var allowedOrigins: [String]
        /// What the gateway calls itself when it speaks for itself.
        public var version: String

        public init(allowedOrigins: [String] = [], version: String = "0.1.0") {
            self.allowedOrigins = allowedOrigins
            self.version = version
        }
    }

    let governed: Governed
    let client: HTTPClient
    let clock: Clock
    let entropy: Entropy
    let ids: IDGenerator
    let log: Log
    let configuration: Configuration
    let parameterHeaders = ParameterHeaderCache()

    public init(
        _ governed: Governed, client: HTTPClient, clock: Clock, entropy: Entropy, log: Log,
        configuration: Configuration = Configuration()
    ) {
        self.governed = governed
        self.client = client
        self.clock = clock
        self.entropy = entropy
        self.ids = IDGenerator(clock: clock, entropy: entropy)
        self.log = log
        self.configuration = configuration
    }

    /// Answers one request. To be called on one of the client's reactors.
    public func handle(_ request: Request) async -> Response {
        let arrival = Arrival(request, call: ids.next(), clock: clock)
        var response: Response
        do throws(Refusal) {
            response = try await answer(arrival)
        } catch {
            response = await refuse(arrival, error)
        }
        response.headers.add("X-Request-Id", arrival.requestID)
        return response
    }

    /// The stages, in order: authenticate, resolve, decide, record, forward, answer.
    private func answer(_ arrival: Arrival) async throws(Refusal) -> Response {
        let access = try await authenticate(arrival)
        switch arrival.request.method {
        case .post:
            let resolved = try await resolve(arrival, access)
            let decided = try await decide(arrival, access, resolved)
            let call = try await record(arrival, decided, resolved)
            return await forward(call, body: resolved.message.envelope.json.serialized)
        case .get, .delete:
            let session = try resolveSession(arrival, access)
            let call = try await record(arrival, access, session: session)
            return await forward(call, body: [])
        default:
            throw refusal(.methodNotAllowed, arrival, access)
        }
    }

    /// Puts the refusal on record, then says it.
    private func refuse(_ arrival: Arrival, _ refusal: Refusal) async -> Response {
        guard let record = refusal.record else { return refusal.response }
        do throws(Failure) {
            if refusal.isStranger {
                try await governed.appendStranger(record)
            } else {
                try await governed.append(record, refusal.payload, refusal.keys)
            }
        } catch {
            log.error("gateway.refusal_unrecorded", error, ["call": .string(arrival.call)])
            return RPCError.auditUnavailable.response(id: refusal.id)
        }
        return refusal.response
    }
}
