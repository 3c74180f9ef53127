// The gateway on a real listener, a scripted upstream on another, and a client: real HTTP both
// ways, one reactor, nothing else mocked.
import Core
import HTTP
import Proxy
import Reactor
import Testing
import Vault

/// A request as the upstream saw it.
struct Received: Sendable {
    let method: String
    let headers: Headers
    let body: String
}

struct Answer: Sendable {
    let status: Int
    let headers: Headers
    let body: String
}

final class Rig: Sendable {
    typealias Script = @Sendable (Received, Request) async -> Response

    /// One loop for all tests, for as long as the process lives.
    private static let group = Result { try ReactorGroup(count: 1) }
    /// Servers live as long as their connections may.
    private static let kept = Locked<[HTTPServer]>([])

    static var reactors: [Reactor] { get throws { try group.get().reactors } }

    let reactor: Reactor
    let world: World
    let script: Locked<Script>
    let received = Locked<[Received]>([])
    let client: HTTPClient
    let upstreamURL: String
    private let port: UInt16

    /// A gateway over `World`, or over what `governed` gives.
    init(
        deadUpstream: Bool = false, governed: Governed? = nil,
        script: @escaping Script = { _, _ in Response(status: 500, text: "no script") }
    ) throws {
        let reactors = try Self.reactors
        let scripted = Locked(script)
        let received = received
        reactor = reactors[0]
        world = try World()
        self.script = scripted
        client = HTTPClient(reactors: reactors)
        let upstream = try Self.serve { request in
            let body = (try? await request.body.collect()) ?? []
            let seen = Received(
                method: request.method.name, headers: request.headers,
                body: String(decoding: body, as: UTF8.self))
            received.withLock { $0.append(seen) }
            return await scripted.withLock { $0 }(seen, request)
        }
        upstreamURL = "http://127.0.0.1:\(deadUpstream ? 1 : upstream)/mcp?v=1"
        let place = try UpstreamServer(
            id: "s-1", slug: "desk", url: upstreamURL, allowPrivate: true)
        let gateway = Gateway(
            governed ?? world.governed(at: place), client: client, clock: .live, entropy: .live,
            log: .none, configuration: .init(allowedOrigins: ["https://console.example"]))
        port = try Self.serve { await gateway.handle($0) }
    }

    private static func serve(_ handler: @escaping HTTPServer.Handler) throws -> UInt16 {
        let local = try #require(SocketAddress(host: "127.0.0.1", port: 0))
        let server = HTTPServer(reactors: try reactors, address: local, handler: handler)
        try server.start()
        kept.withLock { $0.append(server) }
        return server.port
    }

    /// Runs on the reactor and waits.
    func run<T: Sendable>(_ body: @escaping @Sendable () async throws -> T) async throws -> T {
        let result = await withCheckedContinuation { waiter in
            reactor.run {
                do {
                    waiter.resume(returning: Result<T, any Error>.success(try await body()))
                } catch {
                    waiter.resume(returning: .failure(error))
                }
            }
        }
        return try result.get()
    }

    /// Waits, at most five seconds, until something holds.
    func until(_ holds: @escaping @Sendable () -> Bool) async throws -> Bool {
        try await run { [reactor] in
            for _ in 0..<5_000 {
                if holds() { return true }
                await reactor.sleep(nanoseconds: 5_000_000)
            }
            return false
        }
    }

    // MARK: Requests

    func open(
        _ method: HTTP.Method, _ body: String = "", path: String = "/mcp/acme/desk",
        headers: [(String, String)], cancellation: Cancellation? = nil
    ) async throws -> ClientResponse {
        var fields = Headers()
        for (name, value) in headers { fields.add(name: name.utf8, value: value.utf8) }
        let destination = try Destination(
            UpstreamURL("http://127.0.0.1:\(port)"), allowPrivate: true)
        return try await client.send(
            ClientRequest(
                method, destination, target: Array(path.utf8), headers: fields,
                body: Array(body.utf8), cancellation: cancellation))
    }

    func send(
        _ method: HTTP.Method, _ body: String = "", path: String = "/mcp/acme/desk",
        headers: [(String, String)]
    ) async throws -> Answer {
        try await run { [self] in
            let response = try await open(method, body, path: path, headers: headers)
            let bytes = try await response.body.collect()
            return Answer(
                status: response.status, headers: response.headers,
                body: String(decoding: bytes, as: UTF8.self))
        }
    }

    static let media = [
        ("Content-Type", "application/json"), ("Accept", "application/json, text/event-stream"),
    ]
    static let authorized = media + [("Authorization", "Bearer \(World.token)")]

    /// A message of the handshake era.
    func legacy(_ body: String, _ more: [(String, String)] = []) async throws -> Answer {
        try await send(
            .post, body, headers: Self.authorized + [("MCP-Protocol-Version", "2025-11-25")] + more)
    }

    /// A message of the modern era under its headers.
    func modern(
        _ body: String, method: String = "tools/call", name: String? = "get",
        _ more: [(String, String)] = []
    ) async throws -> Answer {
        try await send(.post, body, headers: Self.modernHeaders(method, name) + more)
    }

    static func modernHeaders(_ method: String, _ name: String?) -> [(String, String)] {
        let name = name.map { [("Mcp-Name", $0)] } ?? []
        return authorized + [("MCP-Protocol-Version", "2026-07-28"), ("Mcp-Method", method)] + name
    }
}

/// Messages that tests send.
enum Say {
    static let meta =
        #""_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","#
        + #""io.modelcontextprotocol/clientCapabilities":{}}"#

    static func call(_ tool: String = "get", _ arguments: String = "{}", id: String = "1")
        -> String
    {
        #"{"jsonrpc":"2.0","id":\#(id),"method":"tools/call","params":{"name":"\#(tool)","#
            + #""arguments":\#(arguments)}}"#
    }

    static func modernCall(_ tool: String = "get", _ arguments: String = "{}") -> String {
        #"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"\#(tool)","#
            + #""arguments":\#(arguments),\#(meta)}}"#
    }

    static func plain(_ method: String, modern: Bool = false) -> String {
        #"{"jsonrpc":"2.0","id":1,"method":"\#(method)","params":{\#(modern ? meta : "")}}"#
    }
}

/// Answers that upstreams give.
extension Response {
    static func rpc(_ text: String, status: Int = 200) -> Response {
        Response(status: status, type: "application/json", Array(text.utf8))
    }

    static func result(_ result: String) -> Response {
        rpc(#"{"jsonrpc":"2.0","id":1,"result":\#(result)}"#)
    }

    static func events(
        _ write: @escaping @Sendable (ResponseStream) async throws -> Void
    ) -> Response {
        var response = Response(status: 200, body: .stream(write))
        response.headers.add("Content-Type", "text/event-stream")
        return response
    }

    static func events(_ text: String) -> Response {
        events { try await $0.write(Array(text.utf8)) }
    }
}

extension Rig {
    static let done = #"{"content":[{"type":"text","text":"done"}]}"#
}
