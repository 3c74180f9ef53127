// The gateway's HTTP server and client with nothing between them: forwards every POST to one
// upstream and answers what it answers. The measure of what governing costs on top.
//
//     bench-passthrough --upstream PORT [--port N] [--threads N]
//
// Prints {"port":N} when it listens; SIGTERM ends it.
import Core
import Glibc
import HTTP
import Reactor

@main
enum Passthrough {
    static func main() {
        do throws(Failure) {
            try serve()
        } catch {
            fail("bench-passthrough: \(error.message) \(error.detail ?? "")\n")
        }
    }

    private static func serve() throws(Failure) {
        let group = try ReactorGroup(count: option("--threads") ?? 1)
        guard let address = SocketAddress(host: "127.0.0.1", port: option("--port") ?? 0),
            let upstream = option("--upstream")
        else { throw Failure(.invalid, "--upstream PORT is needed; a port is at most 65535") }
        let url = try UpstreamURL("http://127.0.0.1:\(upstream)/mcp")
        let destination = try Destination(url, allowPrivate: true)
        let client = HTTPClient(reactors: group.reactors)
        let server = HTTPServer(reactors: group.reactors, address: address) { request in
            await forward(request, to: destination, target: url.target, through: client)
        }
        try server.start()
        try Signals.on([SIGTERM, SIGINT], reactor: group.reactors[0]) { _ in exit(0) }
        puts("{\"port\":\(server.port)}")
        fflush(nil)
        while true { pause() }
    }

    private static func forward(
        _ request: Request, to destination: Destination, target: [UInt8],
        through client: HTTPClient
    ) async -> Response {
        do {
            let body = try await request.body.collect()
            // What belongs to a connection is left out by the client and by the server.
            let answer = try await client.send(
                ClientRequest(
                    request.method, destination, target: target, headers: request.headers,
                    body: body))
            return Response(
                status: answer.status, headers: answer.headers,
                body: .bytes(try await answer.body.collect()))
        } catch {
            return Response(status: 502, text: "the upstream did not answer")
        }
    }

    private static func option(_ name: String) -> Int? {
        let words = CommandLine.arguments
        guard let place = words.firstIndex(of: name), place + 1 < words.count else { return nil }
        return Int(words[place + 1])
    }

    private static func fail(_ text: String) -> Never {
        let bytes = Array(text.utf8)
        _ = write(2, bytes, bytes.count)
        exit(1)
    }
}
