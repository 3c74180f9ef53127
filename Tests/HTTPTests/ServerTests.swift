import Core
import HTTP
import Reactor
import Testing

/// The server over real sockets.
@Suite struct ServerTests {
    private func server(
        _ handler: @escaping HTTPServer.Handler = ServerTests.echo
    ) throws -> HTTPServer {
        try limited({ _ in }, handler)
    }

    private func limited(
        _ change: (inout HTTPServer.Configuration) -> Void,
        _ handler: @escaping HTTPServer.Handler = ServerTests.echo
    ) throws -> HTTPServer {
        var configuration = HTTPServer.Configuration()
        change(&configuration)
        let server = HTTPServer(
            reactors: Wire.reactors, address: Wire.loopback, configuration: configuration,
            handler: handler)
        try server.start()
        return server
    }

    /// Answers with the method, the path and the body.
    static let echo: HTTPServer.Handler = { request in
        do throws(Failure) {
            let body = try await request.body.collect()
            let text = String(decoding: body, as: UTF8.self)
            return Response(text: "\(request.method.name) \(request.target.path) \(text)")
        } catch {
            return Response(status: error.code.status, text: error.message)
        }
    }

    /// Sends the text, reads until the text, and drains.
    private func exchange(
        _ server: HTTPServer, _ text: String, until end: String
    ) async throws -> String {
        let port = server.port
        let answer = try await Wire.on { reactor in
            let peer = try await RawPeer.connect(port, on: reactor)
            defer { peer.stream.close() }
            try await peer.send(text)
            return try await peer.receive(until: end)
        }
        await server.drain(graceNanoseconds: 1_000_000_000)
        return answer
    }

    @Test func answersWithOneHeadAndBody() async throws {
        let answer = try await exchange(
            server(), "GET /a HTTP/1.1\r\nHost: a\r\n\r\n", until: "GET /a ")
        #expect(answer.hasPrefix("HTTP/1.1 200 OK\r\nContent-Type: text/plain"))
        #expect(answer.contains("\r\nContent-Length: 7\r\n"))
        #expect(answer.contains(" GMT\r\n"))
        #expect(!answer.contains("Connection:"))
    }

    @Test func keepsTheConnectionForTheNextRequest() async throws {
        let server = try server()
        let port = server.port
        let (first, second, open) = try await Wire.on { reactor in
            let peer = try await RawPeer.connect(port, on: reactor)
            defer { peer.stream.close() }
            try await peer.send("GET /1 HTTP/1.1\r\nHost: a\r\n\r\n")
            let first = try await peer.receive(until: "GET /1 ")
            let open = server.connectionCount
            try await peer.send("GET /2 HTTP/1.1\r\nHost: a\r\n\r\n")
            return (first, try await peer.receive(until: "GET /2 "), open)
        }
        #expect(first.hasPrefix("HTTP/1.1 200") && second.hasPrefix("HTTP/1.1 200"))
        #expect(open == 1)
        await server.drain(graceNanoseconds: 1_000_000_000)
        #expect(server.connectionCount == 0)
    }

    @Test func answersPipelinedRequestsInOrder() async throws {
        let requests = (0..<50).map { "GET /\($0) HTTP/1.1\r\nHost: a\r\n\r\n" }.joined()
        let answer = try await exchange(server(), requests, until: "GET /49 ")
        let positions = (0..<50).compactMap { answer.range(of: "GET /\($0) ") }
        #expect(positions.count == 50)
        #expect(positions == positions.sorted())
    }

    @Test func saysContinueOnlyWhenTheBodyIsWanted() async throws {
        let answer = try await exchange(
            server(),
            "POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n",
            until: "\r\n\r\n")
        #expect(answer == "HTTP/1.1 100 Continue\r\n\r\n")
        let refused = try await exchange(
            server { _ in Response(status: 401, text: "no") },
            "POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n",
            until: "no")
        #expect(refused.hasPrefix("HTTP/1.1 401 Unauthorized\r\n"))
        #expect(refused.contains("Connection: close"))
    }

    @Test func refusesASlowHead() async throws {
        let answer = try await exchange(
            limited { $0.headNanoseconds = 100_000_000 }, "GET / HTTP/1.1\r\nHos", until: "<never>")
        #expect(answer.hasPrefix("HTTP/1.1 408 Request Timeout\r\n"))
        #expect(answer.hasSuffix("<end>"))
    }

    @Test func refusesASlowBody() async throws {
        let answer = try await exchange(
            limited { $0.bodyNanoseconds = 100_000_000 },
            "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nhalf", until: "<never>")
        #expect(answer.hasPrefix("HTTP/1.1 504"))
        #expect(answer.contains("Connection: close"))
    }

    @Test func closesIdleConnections() async throws {
        let answer = try await exchange(
            limited { $0.idleNanoseconds = 1 }, "GET / HTTP/1.1\r\nHost: a\r\n\r\n",
            until: "<never>")
        #expect(answer.hasSuffix("GET / <end>"))
    }

    @Test func refusesAnOversizedHead() async throws {
        let field = "X: " + String(repeating: "a", count: 20_000) + "\r\n"
        let answer = try await exchange(
            server(), "GET / HTTP/1.1\r\nHost: a\r\n" + field + "\r\n", until: "<never>")
        #expect(answer.hasPrefix("HTTP/1.1 431 Request Header Fields Too Large\r\n"))
    }

    @Test func refusesAnOversizedBody() async throws {
        let length = Limits.bodyBytesMax + 1
        let known = try await exchange(
            server(), "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: \(length)\r\n\r\n",
            until: "<never>")
        #expect(known.hasPrefix("HTTP/1.1 413 Content Too Large\r\n"))
        let chunk = "10000\r\n" + String(repeating: "x", count: 65536) + "\r\n"
        let streamed = try await exchange(
            limited { $0.codec.bodyBytesMax = 100_000 },
            "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n" + chunk + chunk,
            until: "<never>")
        #expect(streamed.hasPrefix("HTTP/1.1 413 Content Too Large\r\n"))
    }

    @Test func refusesAmbiguousFramingAndClosesForGood() async throws {
        let answer = try await exchange(
            server(),
            "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n"
                + "0\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n", until: "<never>")
        #expect(answer.hasPrefix("HTTP/1.1 400 Bad Request\r\n"))
        #expect(answer.contains("Connection: close"))
        #expect(!answer.contains("smuggled"))
    }

    @Test func readsALargeUploadInPieces() async throws {
        let size = 1_000_000
        let answer = try await exchange(
            server { request in
                var count = 0
                do throws(Failure) {
                    while let piece = try await request.body.next() { count += piece.count }
                } catch {
                    return Response(status: 500, text: error.message)
                }
                return Response(text: "got \(count).")
            },
            "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: \(size)\r\n\r\n"
                + String(repeating: "x", count: size), until: ".")
        #expect(answer.hasSuffix("got 1000000."))
    }

    @Test func dropsAnUnreadBodyAndGoesOn() async throws {
        let answer = try await exchange(
            server { Response(text: "saw \($0.target.path)!") },
            "POST /1 HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
                + "5\r\nhello\r\n0\r\n\r\nGET /2 HTTP/1.1\r\nHost: a\r\n\r\n", until: "saw /2!")
        #expect(answer.contains("saw /1!") && answer.contains("saw /2!"))
    }

    @Test func closesOverALongUnreadBody() async throws {
        let answer = try await exchange(
            server { _ in Response(text: "no") },
            "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\nxxxx", until: "no")
        #expect(answer.contains("Connection: close"))
    }

    @Test func answersHeadWithoutABody() async throws {
        let answer = try await exchange(
            server { _ in Response(text: "hello") },
            "HEAD / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", until: "<never>")
        #expect(answer.contains("Content-Length: 5\r\n"))
        #expect(answer.hasSuffix("\r\n\r\n<end>"))
    }

    @Test func speaksHTTP10() async throws {
        let closed = try await exchange(server(), "GET / HTTP/1.0\r\n\r\n", until: "<never>")
        #expect(closed.contains("Connection: close\r\n") && closed.hasSuffix("GET / <end>"))
        let kept = try await exchange(
            server(), "GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", until: "GET / ")
        #expect(kept.contains("Connection: keep-alive\r\n"))
        let streamed = try await exchange(
            server { _ in Response(body: .stream { try await $0.write(Array("abc".utf8)) }) },
            "GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", until: "<never>")
        #expect(streamed.contains("Connection: close\r\n"))
        #expect(!streamed.contains("chunked"))
        #expect(streamed.hasSuffix("\r\n\r\nabc<end>"))
    }

    @Test func leavesFramingFieldsOfHandlersOut() async throws {
        let answer = try await exchange(
            server { _ in
                var response = Response(text: "hello")
                response.headers.add("Content-Length", "99")
                response.headers.add("Transfer-Encoding", "chunked")
                response.headers.add("Connection", "upgrade")
                response.headers.add("X-Kept", "yes")
                response.headers.add("X-Bad", "a\r\nX-Injected: 1")
                return response
            }, "GET / HTTP/1.1\r\nHost: a\r\n\r\n", until: "hello")
        #expect(answer.contains("Content-Length: 5\r\n") && answer.contains("X-Kept: yes\r\n"))
        #expect(!answer.contains("99") && !answer.contains("chunked"))
        #expect(!answer.contains("upgrade") && !answer.contains("X-Injected"))
    }
}
