// The gateway's own exchanges with an upstream, outside any client's call.
internal import Core
internal import Governance
internal import HTTP
internal import MCP
internal import Vault

struct UpstreamSession {
    let era: Era
    /// What a legacy handshake settled on.
    var revision: Revision?
    private let client: HTTPClient
    private let server: UpstreamServer
    private let credential: [InjectedHeader]
    private var sessionID: [UInt8]?

    init(
        _ client: HTTPClient, _ server: UpstreamServer, _ credential: [InjectedHeader], era: Era
    ) {
        self.client = client
        self.server = server
        self.credential = credential
        self.era = era
        revision = era == .modern ? .newest : nil
    }

    /// Sends a request and answers its JSON-RPC response, from a JSON body or an event stream and
    /// whatever the HTTP status; nil when there is none. Ids of errors are not compared: servers
    /// that cannot read a request answer under another.
    mutating func request(_ body: [UInt8], method: StaticString, opensSession: Bool = false)
        async throws(Failure) -> JSON?
    {
        let response = try await send(.post, body, method)
        guard response.status < 500, response.status != 401, response.status != 403,
            !(300..<400).contains(response.status)
        else {
            response.cancel()
            let refused = response.status == 401 || response.status == 403
            throw Failure(
                .upstreamUnavailable,
                refused
                    ? "The server refused the credential (status \(response.status))"
                    : "The server answered with status \(response.status)")
        }
        if opensSession, response.status == 200 {
            sessionID = response.headers.bytes("Mcp-Session-Id").map { Array($0) }
        }
        if MediaType.isEventStream(response.headers.bytes("Content-Type") ?? []) {
            return try await firstResponse(in: response)
        }
        let bytes = try await response.body.collect(maxBytes: Limits.upstreamMessageBytesMax)
        return parse(bytes)
    }

    func notify(_ body: [UInt8]) async throws(Failure) {
        try await send(.post, body, "notifications/initialized").cancel()
    }

    /// Ends a legacy session; the server may not care.
    func close() async {
        guard sessionID != nil else { return }
        (try? await send(.delete, [], "DELETE"))?.cancel()
    }

    private func send(_ verb: HTTP.Method, _ body: [UInt8], _ method: StaticString)
        async throws(Failure) -> ClientResponse
    {
        var headers = Headers()
        if verb == .post { headers.add("Content-Type", "application/json") }
        headers.add("Accept", "application/json, text/event-stream")
        if let revision { headers.add("MCP-Protocol-Version", revision.text) }
        if era == .modern { headers.add("Mcp-Method", method.description) }
        if let sessionID { headers.add("Mcp-Session-Id", sessionID) }
        for field in credential {
            field.value.withBytes { _ = headers.add(name: field.name, value: $0) }
        }
        do throws(ClientFailure) {
            return try await client.send(
                ClientRequest(
                    verb, server.destination, target: server.target, headers: headers,
                    body: body, isIdempotent: true))
        } catch {
            throw Failure(
                .upstreamUnavailable, "The server cannot be reached: \(error.failure.message)",
                detail: error.failure.detail)
        }
    }

    private func firstResponse(in response: ClientResponse) async throws(Failure) -> JSON? {
        defer { response.cancel() }
        var parser = SSEParser(eventBytesMax: Limits.upstreamMessageBytesMax)
        var left = Limits.upstreamMessageBytesMax
        while left > 0, let piece = try await response.body.next() {
            left -= piece.count
            for event in try parser.feed(piece) {
                guard let json = parse(event.data), json["method"] == nil else { continue }
                return json
            }
        }
        return nil
    }

    private func parse(_ bytes: [UInt8]) -> JSON? {
        let json = try? JSON.parse(
            bytes, limits: JSONLimits(bytesMax: Limits.upstreamMessageBytesMax))
        return json?.kind == .object ? json : nil
    }
}
