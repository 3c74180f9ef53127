// A server whose tools were never recorded is asked for them first: a call can only be governed
// when its tool is known.
internal import Core
internal import Governance
internal import HTTP
internal import MCP

extension Gateway {
    /// What Admin calls when it registers or re-reads a server.
    public var discovery: UpstreamDiscovery {
        UpstreamDiscovery(client: client, version: configuration.version)
    }

    /// The same access once its server's tools are recorded.
    func discovered(_ arrival: Arrival, _ access: any Access, _ message: ClientMessage)
        async throws(Refusal) -> any Access
    {
        if access.isDiscovered { return access }
        let id = message.envelope.id
        var intent = CallRecord(
            .intent, id: ids.next(), time: clock.now(), tenant: access.holder.tenant,
            decision: .allow)
        intent.grant = access.holder.grant
        intent.agent = access.holder.agent
        intent.server = access.upstream.slug
        intent.method = "server/discover"
        intent.requestID = arrival.requestID
        do throws(Failure) {
            try await governed.append(intent, nil, nil)
        } catch {
            log.error("gateway.intent_unrecorded", error, ["call": .string(arrival.call)])
            throw Refusal(.auditUnavailable, id: id)
        }
        var failure: Failure?
        do throws(Failure) {
            let found = try await discovery.discover(
                access.upstream, credential: access.credential())
            try await governed.saveDiscovery(access, found.tools)
        } catch {
            log.warning("gateway.discovery_failed", error, ["call": .string(arrival.call)])
            failure = error
        }
        var outcome = CallRecord(
            outcome: failure == nil ? .success : .failed, of: intent, id: ids.next(),
            time: clock.now(), code: failure?.code.rawValue)
        outcome.requestID = arrival.requestID
        do throws(Failure) {
            try await governed.append(outcome, nil, nil)
        } catch {
            throw Refusal(.auditUnavailable, id: id)
        }
        if let failure {
            throw refusal(Self.told(failure), arrival, access, id: id, message: message)
        }
        return try await authenticate(arrival)
    }
}
