internal import Core
internal import HTTP

/// The demo's MCP server: streamable HTTP in both protocol eras, without sessions.
///
/// It asks for the bearer token that only the gateway's vault holds, so that whoever calls it
/// directly sees what an agent without Bailiwick would need.
struct DeskServer: Sendable {
    private static let modern = "2026-07-28"
    private static let legacy = ["2025-11-25", "2025-06-18", "2025-03-26"]
    private static let info: JSONValue = ["name": "support-desk", "version": "1.0"]

    private let authorization: [UInt8]

    /// `token`: what requests must carry as `Authorization: Bearer <token>`.
    init(token: String) {
        self.authorization = Array("Bearer \(token)".utf8)
    }

    func handle(_ request: HTTP.Request) async -> Response {
        if request.target.path.utf8.elementsEqual("/healthz".utf8) {
            return Response(text: "ok\n")
        }
        guard request.target.path.utf8.elementsEqual("/mcp".utf8) else {
            return Response(status: 404, text: "the desk answers at /mcp\n")
        }
        guard request.method == .post else {
            var refusal = Response(status: 405, text: "the desk takes POST\n")
            refusal.headers.set("allow", "POST")
            return refusal
        }
        let sent = Array(request.headers.bytes("authorization") ?? [])
        guard constantTimeEqual(sent, authorization) else {
            var refusal = Response(status: 401, text: "the desk needs its own token\n")
            refusal.headers.set("www-authenticate", "Bearer")
            return refusal
        }
        let body: [UInt8]
        do {
            body = try await request.body.collect()
        } catch {
            return Response(status: error.code.status, text: error.message + "\n")
        }
        guard let message = try? JSON.parse(body) else {
            return error(nil, -32700, "the body is not JSON", status: 400)
        }
        return answer(message, headers: request.headers)
    }

    private func answer(_ message: JSON, headers: Headers) -> Response {
        guard let method = message["method"]?.string else {
            return Response(status: 202)
        }
        guard let id = message["id"] else { return Response(status: 202) }
        let named = headers["mcp-protocol-version"]
        let isModern = named == Self.modern
        if let named, !isModern, !Self.legacy.contains(named) {
            return error(
                id, -32022, "unsupported protocol version", status: 400,
                data: ["supported": [.string(Self.modern)], "requested": .string(named)])
        }
        let params = message["params"]
        switch (method, isModern) {
        case ("initialize", false): return initialize(id, params)
        case ("ping", false): return result(id, [:], isModern)
        case ("server/discover", true):
            return result(
                id,
                [
                    "supportedVersions": [.string(Self.modern)], "capabilities": ["tools": [:]],
                    "serverInfo": Self.info, "ttlMs": 0, "cacheScope": "private",
                ], isModern)
        case ("tools/list", true):
            return result(
                id, ["tools": DeskTools.definitions, "ttlMs": 0, "cacheScope": "private"], isModern)
        case ("tools/list", false): return result(id, ["tools": DeskTools.definitions], isModern)
        case ("tools/call", _): return call(id, params, isModern)
        default:
            return error(
                id, -32601, "the desk has no method \(method)", status: isModern ? 404 : 200)
        }
    }

    private func initialize(_ id: JSON, _ params: JSON?) -> Response {
        let asked = params?["protocolVersion"]?.string ?? ""
        let version = Self.legacy.contains(asked) ? asked : Self.legacy[0]
        return result(
            id,
            [
                "protocolVersion": .string(version), "capabilities": ["tools": [:]],
                "serverInfo": Self.info,
            ], false)
    }

    private func call(_ id: JSON, _ params: JSON?, _ isModern: Bool) -> Response {
        let tool = params?["name"]?.string ?? ""
        guard let answer = DeskTools.call(tool, params?["arguments"]) else {
            return error(id, -32602, "Unknown tool: \(tool)", status: isModern ? 400 : 200)
        }
        return result(
            id,
            [
                "content": [["type": "text", "text": .string(answer.text)]],
                "isError": .bool(answer.isError),
            ], isModern)
    }

    private func result(_ id: JSON, _ members: JSONValue, _ isModern: Bool) -> Response {
        var members = members
        if isModern, case .object(var list) = members {
            list.append(JSONValue.Member("resultType", "complete"))
            members = .object(list)
        }
        let body: JSONValue = ["jsonrpc": "2.0", "id": JSONValue(id), "result": members]
        return Response(type: "application/json", body.serialized())
    }

    private func error(
        _ id: JSON?, _ code: Int, _ message: String, status: Int, data: JSONValue? = nil
    ) -> Response {
        var members = [
            JSONValue.Member("code", .int(code)), JSONValue.Member("message", .string(message)),
        ]
        if let data { members.append(JSONValue.Member("data", data)) }
        let body: JSONValue = [
            "jsonrpc": "2.0", "id": id.map { JSONValue($0) } ?? .null, "error": .object(members),
        ]
        return Response(status: status, type: "application/json", body.serialized())
    }
}
