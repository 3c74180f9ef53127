// A request as it arrives: its names, its path and the headers that mean something here, read
// once.
internal import Core
internal import HTTP
internal import MCP

/// A class: every stage holds it, and copying its texts each time costs more than reading them.
final class Arrival: Sendable {
    /// Our id of the call: the record's.
    let call: String
    /// The caller's name for the request, or ours.
    let requestID: String
    let time: Timestamp
    let startedNanoseconds: UInt64
    let request: Request
    let headers: MessageHeaders

    init(_ request: Request, call: String, clock: Clock) {
        var headers = MessageHeaders()
        for field in request.headers { headers.take(name: field.name, value: field.value) }
        self.request = request
        self.headers = headers
        self.call = call
        requestID = RequestIdentity.requestID(
            headers.requestID.value, isRepeated: headers.requestID.isRepeated, call: call)
        time = clock.now()
        startedNanoseconds = clock.monotonicNanoseconds()
    }

    /// Tenant and server of `/mcp/{tenant}/{server}`; nil for every other path.
    var place: (tenant: String, server: String)? {
        guard let segments = try? request.target.pathSegments, segments.count == 3,
            segments[0].utf8.elementsEqual("mcp".utf8)
        else { return nil }
        return (segments[1], segments[2])
    }

    /// The tenant that a path under `/mcp/` names, whatever follows.
    var tenantSlug: String? {
        guard let segments = try? request.target.pathSegments, segments.count >= 2 else {
            return nil
        }
        return segments[1]
    }

    /// The era a request without a body belongs to, by its header alone.
    var headerEra: Era {
        headers.protocolVersion.value.flatMap { Revision($0) }?.era ?? .legacy
    }
}
