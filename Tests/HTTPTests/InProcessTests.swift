import Core
import HTTP
import Reactor
import Testing

/// The same requests in process and over sockets give the same answers.
@Suite struct InProcessTests {
    private static let handler: HTTPServer.Handler = { request in
        switch request.target.path {
        case "/stream":
            return Response(
                headers: ["X-Kind": "stream"],
                body: .stream { stream in
                    try await stream.write(Array("one ".utf8))
                    try await stream.write(Array("two".utf8))
                })
        case "/cut":
            return Response(
                body: .stream { stream in
                    try await stream.write(Array("one".utf8))
                    throw Failure(.internal, "cut")
                })
        case "/none":
            return Response(status: 204)
        default:
            return await ServerTests.echo(request)
        }
    }

    private func outcome(_ sender: some RequestSender, _ request: ClientRequest) async -> String {
        do throws(ClientFailure) {
            let response = try await sender.send(request)
            do throws(Failure) {
                let body = try await response.body.collect()
                let kind = response.headers["x-kind"] ?? "-"
                let type = response.headers["content-type"] ?? "-"
                return "\(response.status) \(kind) \(type) \(String(decoding: body, as: UTF8.self))"
            } catch {
                return error.code.rawValue
            }
        } catch {
            return error.failure.code.rawValue
        }
    }

    @Test func bothSendersAgree() async throws {
        let server = HTTPServer(
            reactors: Wire.reactors, address: Wire.loopback, handler: Self.handler)
        try server.start()
        let destination = try ClientTests.destination(server.port)
        let requests: [ClientRequest] = [
            ClientRequest(.get, destination, target: Array("/a?b".utf8)),
            ClientRequest(.head, destination, target: Array("/a".utf8)),
            ClientRequest(.post, destination, target: Array("/a".utf8), body: [0x68, 0x69]),
            ClientRequest(.get, destination, target: Array("/stream".utf8)),
            ClientRequest(.head, destination, target: Array("/stream".utf8)),
            ClientRequest(.get, destination, target: Array("/cut".utf8)),
            ClientRequest(.get, destination, target: Array("/none".utf8)),
            ClientRequest(.get, destination, target: Array("/a b".utf8)),
        ]
        for request in requests {
            let pair = try await Wire.on { reactor in
                let live = await outcome(HTTPClient(reactors: [reactor]), request)
                let inProcess = InProcessClient(reactor: reactor, handler: Self.handler)
                return (live, await outcome(inProcess, request))
            }
            #expect(pair.0 == pair.1, "\(request.method) \(request.target)")
        }
        await server.drain(graceNanoseconds: 1_000_000_000)
    }

    @Test func aCancelledClientIsGone() async throws {
        let seen = Locked(false)
        let client = InProcessClient(reactor: Wire.reactors[0]) { request in
            request.onClientGone { seen.withLock { $0 = true } }
            while !seen.withLock({ $0 }) {
                await Reactor.current?.sleep(nanoseconds: 1_000_000)
            }
            return Response(text: "late")
        }
        var request = try ClientTests.request(.get, 1)
        let cancellation = Cancellation()
        request.cancellation = cancellation
        async let answer = outcome(client, request)
        await Wire.reactors[0].sleep(nanoseconds: 10_000_000)
        cancellation.cancel()
        #expect(await answer == "cancelled")
    }
}
