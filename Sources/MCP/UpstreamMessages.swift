// What the gateway itself says to an upstream when it discovers one, and how it reads the answers.
public import Core

/// Builds the messages of discovery, era by era.
public enum UpstreamMessages {
    /// `server/discover`: only modern servers know it.
    public static func discover(id: Int) -> [UInt8] {
        request(id: id, "server/discover", params: .object([meta]))
    }

    /// The handshake's first message, at the newest revision of that era.
    public static func initialize(id: Int, version: String) -> [UInt8] {
        request(
            id: id, "initialize",
            params: .object([
                .init("protocolVersion", .string(Revision.newestLegacy.text)),
                .init("capabilities", .object([])),
                .init("clientInfo", clientInfo(version)),
            ]))
    }

    /// The handshake's last message.
    public static let initialized = Array(
        #"{"jsonrpc":"2.0","method":"notifications/initialized"}"#.utf8)

    /// One page of `tools/list`.
    public static func listTools(id: Int, era: Era, cursor: String?) -> [UInt8] {
        var members: [JSONValue.Member] = era == .modern ? [meta] : []
        if let cursor { members.append(.init("cursor", .string(cursor))) }
        return request(id: id, "tools/list", params: .object(members))
    }

    private static func request(id: Int, _ method: String, params: JSONValue) -> [UInt8] {
        JSONValue.object([
            .init("jsonrpc", "2.0"), .init("id", .int(id)), .init("method", .string(method)),
            .init("params", params),
        ]).serialized()
    }

    private static var meta: JSONValue.Member {
        .init(
            "_meta",
            .object([
                .init(MetaKey.protocolVersion.description, .string(Revision.newest.text)),
                .init(MetaKey.clientCapabilities.description, .object([])),
            ]))
    }

    private static func clientInfo(_ version: String) -> JSONValue {
        .object([.init("name", "bailiwick"), .init("version", .string(version))])
    }
}

/// One page of an upstream's tools.
public struct ToolPage: Sendable {
    /// Each definition as the upstream sent it.
    public let tools: [JSON]
    /// Where the next page starts; an empty cursor is a valid one.
    public let nextCursor: String?

    /// Throws `.upstreamInvalid` for anything but a `tools/list` result whose tools have names.
    public init(_ response: JSON) throws(Failure) {
        guard let result = response["result"], let list = result["tools"], list.kind == .array
        else {
            throw Failure(
                .upstreamInvalid, "The upstream server answered `tools/list` without a list.")
        }
        tools = Array(list.elements)
        guard tools.allSatisfy({ $0["name"]?.utf8 != nil }) else {
            throw Failure(.upstreamInvalid, "The upstream server lists a tool without a name.")
        }
        nextCursor = result["nextCursor"]?.string
    }
}

/// Reads what an upstream says about itself.
public enum UpstreamAnswer {
    /// Whether the answer to `server/discover` proves a server that speaks our modern revision: a
    /// result that lists it, or an error that only such a server knows.
    public static func provesModern(_ response: JSON) -> Bool {
        if let versions = response["result"]?["supportedVersions"], versions.kind == .array {
            return versions.elements.contains { $0.equals("2026-07-28") }
        }
        guard let code = response["error"]?["code"]?.int else { return false }
        return code == -32020 || code == -32021
    }

    /// The legacy revision that an `initialize` result settles on; nil for anything else.
    public static func negotiated(_ response: JSON) -> Revision? {
        guard let text = response["result"]?["protocolVersion"]?.utf8,
            let revision = Revision(text), revision.era == .legacy
        else { return nil }
        return revision
    }
}
