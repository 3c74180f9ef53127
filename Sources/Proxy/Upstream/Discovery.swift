// The gateway as a client: which eras an upstream speaks and which tools it offers. Tries the
// modern era, then the handshake, and never guesses from one error code.
public import Core
public import Governance
internal import HTTP
public import MCP
internal import Vault

/// What an upstream turned out to be.
public struct DiscoveredServer: Sendable {
    /// The era it was asked in: modern where it speaks that.
    public let era: Era
    public let tools: [DiscoveredTool]
}

/// Asks an upstream what it is.
public struct UpstreamDiscovery: Sendable {
    let client: HTTPClient
    let version: String

    /// Throws `.upstreamUnavailable` when it cannot be reached or refuses the credential, and
    /// `.upstreamInvalid` when it answers neither as a modern nor as a legacy MCP server.
    public func discover(_ server: UpstreamServer, credential: [InjectedHeader])
        async throws(Failure) -> DiscoveredServer
    {
        var session = UpstreamSession(client, server, credential, era: .modern)
        let probe = try await session.request(
            UpstreamMessages.discover(id: 1), method: "server/discover")
        if let probe, UpstreamAnswer.provesModern(probe) {
            return DiscoveredServer(era: .modern, tools: try await tools(&session))
        }
        session = UpstreamSession(client, server, credential, era: .legacy)
        let hello = try await session.request(
            UpstreamMessages.initialize(id: 1, version: version), method: "initialize",
            opensSession: true)
        guard let hello, let revision = UpstreamAnswer.negotiated(hello) else {
            throw Failure(
                .upstreamInvalid,
                "The server does not answer as an MCP server over streamable HTTP; check its URL")
        }
        session.revision = revision
        try await session.notify(UpstreamMessages.initialized)
        let tools: [DiscoveredTool]
        do throws(Failure) {
            tools = try await self.tools(&session)
        } catch {
            await session.close()
            throw error
        }
        await session.close()
        return DiscoveredServer(era: .legacy, tools: tools)
    }

    private func tools(_ session: inout UpstreamSession) async throws(Failure) -> [DiscoveredTool] {
        var tools: [DiscoveredTool] = []
        var cursor: String?
        for page in 0..<Limits.discoveryPagesMax {
            let message = UpstreamMessages.listTools(id: page + 2, era: session.era, cursor: cursor)
            guard let answer = try await session.request(message, method: "tools/list") else {
                throw Failure(.upstreamInvalid, "The server did not answer `tools/list`")
            }
            // A server without tools need not know the method.
            if answer["error"]?["code"]?.int == -32601 { return tools }
            let list = try ToolPage(answer)
            for tool in list.tools {
                tools.append(
                    DiscoveredTool(name: tool["name"]?.utf8 ?? [], definition: tool.serialized))
            }
            guard tools.count <= Limits.toolsPerServerMax else {
                throw Failure(
                    .upstreamInvalid,
                    "The server lists more than \(Limits.toolsPerServerMax) tools")
            }
            guard let next = list.nextCursor else { return tools }
            cursor = next
        }
        throw Failure(
            .upstreamInvalid,
            "The server lists its tools on more than \(Limits.discoveryPagesMax) pages")
    }
}
