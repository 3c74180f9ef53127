import Core
import HTTP
import Reactor
import Testing

/// Kept connections: used again, found dead, bounded, cancelled.
@Suite struct ClientPoolTests {
    private static let ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"

    /// Answers every request of a connection, `limit` of them, then closes.
    private func keeping(_ limit: Int = .max) throws -> (ScriptedServer, Locked<Int>) {
        let connections = Locked(0)
        let server = try ScriptedServer { peer, number in
            connections.withLock { $0 = number }
            for _ in 0..<limit {
                let request = try await peer.receive(until: "\r\n\r\n")
                if request.hasSuffix("<end>") { return }
                try await peer.send(Self.ok)
            }
        }
        return (server, connections)
    }

    private func body(_ client: HTTPClient, _ request: ClientRequest) async throws -> String {
        let response = try await client.send(request)
        return String(decoding: try await response.body.collect(), as: UTF8.self)
    }

    private func expectOK(
        _ client: HTTPClient, _ method: HTTP.Method, _ port: UInt16
    ) async throws {
        let text = try await body(client, ClientTests.request(method, port))
        #expect(text == "ok")
    }

    @Test func usesAConnectionAgain() async throws {
        let (server, connections) = try keeping()
        defer { server.stop() }
        let port = server.port
        try await Wire.on { reactor in
            let client = HTTPClient(reactors: [reactor])
            for _ in 0..<5 {
                try await expectOK(client, .post, port)
            }
            client.closeIdleConnections()
        }
        #expect(connections.withLock { $0 } == 1)
    }

    @Test func dropsAConnectionThatTheServerClosed() async throws {
        let (server, connections) = try keeping(1)
        defer { server.stop() }
        let port = server.port
        try await Wire.on { reactor in
            let client = HTTPClient(reactors: [reactor])
            for _ in 0..<3 {
                try await expectOK(client, .post, port)
                await reactor.sleep(nanoseconds: 20_000_000)
            }
        }
        #expect(connections.withLock { $0 } == 3)
    }

    @Test func dropsAConnectionWithUnaskedBytes() async throws {
        let connections = Locked(0)
        let server = try ScriptedServer { peer, number in
            connections.withLock { $0 = number }
            while try await !peer.receive(until: "\r\n\r\n").hasSuffix("<end>") {
                try await peer.send(Self.ok + Self.ok)
            }
        }
        defer { server.stop() }
        let port = server.port
        try await Wire.on { reactor in
            let client = HTTPClient(reactors: [reactor])
            for _ in 0..<3 {
                try await expectOK(client, .get, port)
                await reactor.sleep(nanoseconds: 20_000_000)
            }
            client.closeIdleConnections()
        }
        #expect(connections.withLock { $0 } == 3)
    }

    /// Reads the second request of the first connection and closes without an answer.
    private func stale() throws -> (ScriptedServer, Locked<Int>) {
        let requests = Locked(0)
        let server = try ScriptedServer { peer, number in
            while try await !peer.receive(until: "\r\n\r\n").hasSuffix("<end>") {
                let count = requests.withLock { count in
                    count += 1
                    return count
                }
                if number == 1, count == 2 { return }
                try await peer.send(Self.ok)
            }
        }
        return (server, requests)
    }

    @Test func sendsAnIdempotentRequestAgain() async throws {
        let (server, requests) = try stale()
        defer { server.stop() }
        let port = server.port
        try await Wire.on { reactor in
            let client = HTTPClient(reactors: [reactor])
            try await expectOK(client, .get, port)
            try await expectOK(client, .get, port)
            client.closeIdleConnections()
        }
        #expect(requests.withLock { $0 } == 3)
    }

    @Test func neverSendsAPostTwice() async throws {
        let (server, requests) = try stale()
        defer { server.stop() }
        let port = server.port
        let failure = try await Wire.on { reactor -> ClientFailure? in
            let client = HTTPClient(reactors: [reactor])
            try await expectOK(client, .post, port)
            let second = try ClientTests.request(.post, port)
            do throws(ClientFailure) {
                _ = try await client.send(second)
                return nil
            } catch {
                return error
            }
        }
        #expect(failure?.failure.code == .upstreamUnavailable)
        #expect(failure?.requestSent == true)
        #expect(requests.withLock { $0 } == 2)
    }

    @Test func waitsForAPlaceButNotForEver() async throws {
        let server = try ScriptedServer { peer, _ in
            while try await !peer.receive(until: "\r\n\r\n").hasSuffix("<end>") {
                await Wire.reactors[1].sleep(nanoseconds: 100_000_000)
                try await peer.send(Self.ok)
            }
        }
        defer { server.stop() }
        let port = server.port
        let (first, second, third) = try await Wire.on { reactor in
            var configuration = HTTPClient.Configuration()
            configuration.connectionsMax = 1
            let client = HTTPClient(reactors: [reactor], configuration: configuration)
            var hurried = ClientTimeouts()
            hurried.poolWaitNanoseconds = 10_000_000
            let requests = [
                try ClientTests.request(.get, port), try ClientTests.request(.get, port),
                try ClientTests.request(.get, port, timeouts: hurried),
            ]
            async let first = body(client, requests[0])
            async let second = body(client, requests[1])
            await reactor.sleep(nanoseconds: 5_000_000)
            var third: ClientFailure?
            do throws(ClientFailure) {
                _ = try await client.send(requests[2])
            } catch {
                third = error
            }
            defer { client.closeIdleConnections() }
            return (try await first, try await second, third)
        }
        #expect(first == "ok" && second == "ok")
        #expect(third?.failure.code == .upstreamUnavailable && third?.requestSent == false)
    }

    @Test func timesOutWaitingForHeadAndBody() async throws {
        let silent = try ScriptedServer { peer, _ in
            _ = try await peer.receive(until: "\r\n\r\n")
            if try await peer.receive() == nil { return }
        }
        defer { silent.stop() }
        var timeouts = ClientTimeouts()
        timeouts.headNanoseconds = 50_000_000
        timeouts.bodyIdleNanoseconds = 50_000_000
        let head = try await ClientTests.failure(
            ClientTests.request(.get, silent.port, timeouts: timeouts))
        #expect(head?.failure.code == .timeout && head?.requestSent == true)

        let slow = try ScriptedServer { peer, _ in
            _ = try await peer.receive(until: "\r\n\r\n")
            try await peer.send("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf")
            _ = try await peer.receive()
        }
        defer { slow.stop() }
        let request = try ClientTests.request(.get, slow.port, timeouts: timeouts)
        let code = try await Wire.on { reactor in
            let response = try await HTTPClient(reactors: [reactor]).send(request)
            do throws(Failure) {
                _ = try await response.body.collect()
                return ""
            } catch {
                return error.code.rawValue
            }
        }
        #expect(code == "timeout")
    }

    @Test func cancelsWhereverItStands() async throws {
        let closed = Locked(0)
        let cancellation = Cancellation()
        let server = try ScriptedServer { peer, number in
            _ = try await peer.receive(until: "\r\n\r\n")
            if number == 1 { cancellation.cancel() }
            if number > 1 { try await peer.send("HTTP/1.1 200 OK\r\n\r\npart") }
            if try await peer.receive() == nil { closed.withLock { $0 += 1 } }
        }
        defer { server.stop() }
        let port = server.port
        try await Wire.on { reactor in
            let client = HTTPClient(reactors: [reactor])
            var request = try ClientTests.request(.get, port)
            request.cancellation = cancellation
            do throws(ClientFailure) {
                _ = try await client.send(request)
                Issue.record("answered")
            } catch {
                #expect(error.failure.code == .cancelled && error.requestSent)
            }
            request.cancellation = nil
            let response = try await client.send(request)
            #expect(try await response.body.next() == Array("part".utf8))
            response.cancel()
            await #expect(throws: Failure.self) { _ = try await response.body.next() }
            // A response that nobody reads gives its connection up.
            _ = try await client.send(ClientTests.request(.get, port))
        }
        for _ in 0..<200 where closed.withLock({ $0 }) < 3 {
            await Wire.reactors[0].sleep(nanoseconds: 5_000_000)
        }
        #expect(closed.withLock { $0 } == 3)
    }
}
