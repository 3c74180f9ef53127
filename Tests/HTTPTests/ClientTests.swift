import Core
import HTTP
import Reactor
import Testing

/// The client against servers that do exactly what their script says.
@Suite struct ClientTests {
    static func destination(_ port: UInt16) throws -> Destination {
        try Destination(UpstreamURL("http://127.0.0.1:\(port)/"), allowPrivate: true)
    }

    static func request(
        _ method: HTTP.Method = .get, _ port: UInt16, _ target: String = "/",
        body: [UInt8] = [], timeouts: ClientTimeouts = ClientTimeouts()
    ) throws -> ClientRequest {
        ClientRequest(
            method, try destination(port), target: Array(target.utf8), body: body,
            timeouts: timeouts)
    }

    /// A server that reads one head and answers with these bytes, then closes.
    static func answering(_ text: String) throws -> ScriptedServer {
        try ScriptedServer { peer, _ in
            _ = try await peer.receive(until: "\r\n\r\n")
            try await peer.send(text)
        }
    }

    /// Status and body of one answer, or the failure's code and whether the request was sent.
    static func outcome(
        _ text: String, _ method: HTTP.Method = .get
    ) async throws -> String {
        let server = try answering(text)
        defer { server.stop() }
        let wanted = try request(method, server.port)
        return try await Wire.on { reactor in
            let client = HTTPClient(reactors: [reactor])
            do throws(ClientFailure) {
                let response = try await client.send(wanted)
                do throws(Failure) {
                    let body = try await response.body.collect()
                    let certain = response.body.isEndCertain ? "" : " uncertain"
                    return "\(response.status) \(String(decoding: body, as: UTF8.self))\(certain)"
                } catch {
                    return "\(response.status) then \(error.code.rawValue)"
                }
            } catch {
                return "\(error.failure.code.rawValue) \(error.requestSent ? "sent" : "unsent")"
            }
        }
    }

    @Test func readsBodiesOfEveryFraming() async throws {
        #expect(
            try await Self.outcome("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello")
                == "200 hello")
        #expect(
            try await Self.outcome(
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                    + "2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n")
                == "200 hello")
        #expect(try await Self.outcome("HTTP/1.1 200 OK\r\n\r\nhello") == "200 hello uncertain")
        #expect(try await Self.outcome("HTTP/1.1 204 No Content\r\n\r\n") == "204 ")
        #expect(
            try await Self.outcome("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", .head) == "200 ")
    }

    @Test func skipsInterimResponses() async throws {
        #expect(
            try await Self.outcome(
                "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\na")
                == "200 a")
    }

    @Test func followsNoRedirect() async throws {
        #expect(
            try await Self.outcome(
                "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n")
                == "302 ")
    }

    @Test func refusesWhatIsNotHTTP() async throws {
        let invalid = "upstream_invalid sent"
        #expect(try await Self.outcome("SSH-2.0-OpenSSH\r\n") == invalid)
        #expect(try await Self.outcome("HTTP/1.1 200 OK\nContent-Length: 0\n\n") == invalid)
        #expect(
            try await Self.outcome(
                "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\na") == invalid)
        let field = "X: " + String(repeating: "a", count: 15_000) + "\r\n"
        #expect(
            try await Self.outcome("HTTP/1.1 200 OK\r\n\(field)\(field)\(field)\r\n") == invalid)
    }

    @Test func tellsWhereAResponseBroke() async throws {
        #expect(try await Self.outcome("") == "upstream_unavailable sent")
        #expect(try await Self.outcome("HTTP/1.1 200 OK\r\nCont") == "upstream_unavailable sent")
        #expect(
            try await Self.outcome("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf")
                == "200 then upstream_unavailable")
        #expect(
            try await Self.outcome(
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n")
                == "200 then upstream_unavailable")
        #expect(
            try await Self.outcome("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n")
                == "200 then upstream_invalid")
    }

    @Test func boundsACollectedBody() async throws {
        let server = try Self.answering("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello")
        defer { server.stop() }
        let port = server.port
        let code = try await Wire.on { reactor in
            let client = HTTPClient(reactors: [reactor])
            let response = try await client.send(Self.request(.get, port))
            do throws(Failure) {
                _ = try await response.body.collect(maxBytes: 4)
                return ""
            } catch {
                return error.code.rawValue
            }
        }
        #expect(code == "upstream_invalid")
    }

    @Test func writesFramingAndHostItself() async throws {
        let seen = Locked("")
        let server = try ScriptedServer { peer, _ in
            let text = try await peer.receive(until: "hello")
            seen.withLock { $0 = text }
            try await peer.send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
        }
        defer { server.stop() }
        let port = server.port
        try await Wire.on { reactor in
            let client = HTTPClient(reactors: [reactor])
            var request = try Self.request(.post, port, "/p?q=1", body: Array("hello".utf8))
            request.headers = [
                "Host": "evil", "Content-Length": "1", "Transfer-Encoding": "chunked",
                "Connection": "upgrade", "X-Kept": "yes", "X-Bad": "a\r\nX-Injected: 1",
            ]
            _ = try await client.send(request)
        }
        let expected =
            "POST /p?q=1 HTTP/1.1\r\nHost: 127.0.0.1:\(port)\r\nX-Kept: yes\r\n"
            + "Content-Length: 5\r\n\r\nhello"
        #expect(seen.withLock { $0 } == expected)
    }

    @Test func refusesATargetThatCouldSplitTheRequest() async throws {
        try await Wire.on { reactor in
            let client = HTTPClient(reactors: [reactor])
            for target in ["/a b", "/a\r\nX: 1", "", "a", "/#f"] {
                await #expect(throws: ClientFailure.self) {
                    _ = try await client.send(Self.request(.get, 1, target))
                }
            }
        }
    }

    @Test func failsUnsentWhenNobodyListens() async throws {
        let server = try Self.answering("")
        let port = server.port
        server.stop()
        await Wire.reactors[0].sleep(nanoseconds: 20_000_000)
        let failure = try await Self.failure(try Self.request(.post, port))
        #expect(failure?.failure.code == .upstreamUnavailable)
        #expect(failure?.requestSent == false)
    }

    static func failure(_ request: ClientRequest) async throws -> ClientFailure? {
        try await Wire.on { reactor in
            let client = HTTPClient(reactors: [reactor])
            do throws(ClientFailure) {
                _ = try await client.send(request)
                return nil
            } catch {
                return error
            }
        }
    }

    @Test func dialsNoAddressThatIsNotAllowed() async throws {
        let local = try Destination(UpstreamURL("https://127.0.0.1/"), allowPrivate: false)
        let refused = try await Self.failure(ClientRequest(.get, local, target: [0x2F]))
        #expect(refused?.failure.code == .forbidden && refused?.requestSent == false)
        #expect(refused?.failure.message.contains("allow_private") == true)
        let metadata = try Destination(UpstreamURL("http://169.254.169.254/"), allowPrivate: true)
        let never = try await Self.failure(ClientRequest(.get, metadata, target: [0x2F]))
        #expect(never?.failure.code == .forbidden && never?.requestSent == false)
        let name = try Destination(UpstreamURL("https://localhost/"), allowPrivate: false)
        let resolved = try await Self.failure(ClientRequest(.get, name, target: [0x2F]))
        #expect(resolved?.failure.code == .forbidden)
        #expect(throws: Failure.self) {
            try Destination(UpstreamURL("http://example.com/"), allowPrivate: false)
        }
    }
}
