// Sessions of the handshake era and the streams that belong to them.
import Core
import Governance
import HTTP
import Proxy
import Reactor
import Testing

private let progress =
    #"{"jsonrpc":"2.0","method":"notifications/progress","params":{"progress":1}}"#
private let final = #"{"jsonrpc":"2.0","id":1,"result":\#(Rig.done)}"#

private func events(_ messages: String...) -> String {
    messages.map { "event: message\ndata: \($0)\n\n" }.joined()
}

struct SessionTests {
    private static let hello =
        #"{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-11-25"}}"#
    private static let welcome =
        #"{"protocolVersion":"2025-11-25","capabilities":{"tools":{}},"serverInfo":{"name":"n"}}"#

    private func rig() throws -> Rig {
        try Rig { seen, _ in
            if seen.method == "GET" {
                return .events("id: 7\ndata: \(progress)\n\n")
            }
            if seen.method == "DELETE" { return Response(status: 200) }
            var response = Response.result(Self.welcome)
            response.headers.add("Mcp-Session-Id", "upstream-1")
            return response
        }
    }

    private func session(_ rig: Rig) async throws -> String {
        let answer = try await rig.send(.post, Self.hello, headers: Rig.authorized)
        #expect(answer.status == 200)
        #expect(answer.body.contains(Self.welcome))
        return try #require(answer.headers["Mcp-Session-Id"])
    }

    @Test func aSessionIsSealedAndOpened() async throws {
        let rig = try rig()
        let id = try await session(rig)
        #expect(!id.contains("upstream"))
        let answer = try await rig.legacy(Say.call(), [("Mcp-Session-Id", id)])
        #expect(answer.status == 200)
        #expect(!answer.headers.contains("Mcp-Session-Id"))
        #expect(rig.received.withLock { $0.last?.headers["Mcp-Session-Id"] } == "upstream-1")
        #expect(
            rig.received.withLock { $0.first?.headers.contains("MCP-Protocol-Version") } == false)
    }

    @Test func aSessionOverAStreamIsSealedToo() async throws {
        let rig = try Rig { _, _ in
            var response = Response.events(
                events(#"{"jsonrpc":"2.0","id":1,"result":\#(Self.welcome)}"#))
            response.headers.add("Mcp-Session-Id", "upstream-1")
            return response
        }
        let answer = try await rig.send(.post, Self.hello, headers: Rig.authorized)
        #expect(answer.headers["Mcp-Session-Id"]?.isEmpty == false)
    }

    @Test func aForeignOrForgedSessionIsNotFound() async throws {
        let rig = try rig()
        let id = try await session(rig)
        let before = rig.received.withLock { $0.count }
        let foreign = try await rig.send(
            .post, Say.call(),
            headers: Rig.media + [
                ("Authorization", "Bearer \(World.otherToken)"), ("Mcp-Session-Id", id),
            ])
        let forged = try await rig.legacy(Say.call(), [("Mcp-Session-Id", "upstream-1")])
        #expect(foreign.status == 404 && forged.status == 404)
        #expect(foreign.body == forged.body)
        #expect(rig.received.withLock { $0.count } == before)
    }

    @Test func anIDOnAnErrorIsNobodysSession() async throws {
        let rig = try Rig { _, _ in
            var response = Response.rpc(
                #"{"jsonrpc":"2.0","id":"server-error","error":{"code":-32602,"message":"m"}}"#,
                status: 400)
            response.headers.add("Mcp-Session-Id", "fresh")
            return response
        }
        let answer = try await rig.send(.post, Self.hello, headers: Rig.authorized)
        #expect(answer.status == 400)
        #expect(!answer.headers.contains("Mcp-Session-Id"))
    }

    @Test func aHandshakeThatMixesErasIsRefused() async throws {
        let rig = try Rig { _, _ in .result(#"{"protocolVersion":"2026-07-28"}"#) }
        let answer = try await rig.send(.post, Self.hello, headers: Rig.authorized)
        #expect(answer.status == 502)
    }

    @Test func aGETStreamPassesAndIsRecordedAtBothEnds() async throws {
        let rig = try rig()
        let id = try await session(rig)
        let answer = try await rig.send(
            .get,
            headers: [
                ("Accept", "text/event-stream"), ("Authorization", "Bearer \(World.token)"),
                ("Mcp-Session-Id", id), ("Last-Event-ID", "6"),
            ])
        #expect(answer.body == "id: 7\ndata: \(progress)\n\n")
        let seen = try #require(rig.received.withLock { $0.last })
        #expect(seen.headers["Last-Event-ID"] == "6")
        #expect(seen.headers["Mcp-Session-Id"] == "upstream-1")
        #expect(rig.world.story.suffix(2) == ["intent GET allow", "outcome GET success"])
    }

    @Test func aResumedListIsFiltered() async throws {
        let rig = try Rig { _, _ in
            .events(
                events(
                    #"{"jsonrpc":"2.0","id":5,"result":{"tools":[{"name":"hide"},"#
                        + #"{"name":"get"}]}}"#,
                    #"{"jsonrpc":"2.0","id":6,"result":{"tools":[{"title":"hide"}]}}"#))
        }
        let answer = try await rig.send(
            .get,
            headers: [("Accept", "*/*"), ("Authorization", "Bearer \(World.token)")])
        #expect(answer.body.contains(#"[{"name":"get"}]"#))
        #expect(!answer.body.contains("hide"))
    }

    @Test func aStreamDoesNotOutliveItsGrant() async throws {
        let gone = Locked(false)
        let rig = try Rig { _, request in
            request.onClientGone { gone.withLock { $0 = true } }
            return .events { stream in
                try await stream.write(Array(events(progress).utf8))
                await Reactor.current?.sleep(nanoseconds: 30_000_000_000)
            }
        }
        let ended = Locked(false)
        rig.reactor.run {
            let response = try? await rig.open(
                .get, headers: [("Accept", "*/*"), ("Authorization", "Bearer \(World.token)")])
            while let response, (try? await response.body.next()) ?? nil != nil {}
            ended.withLock { $0 = true }
        }
        #expect(try await rig.until { rig.world.story.count == 1 })
        rig.world.set { $0.isLive = false }
        #expect(try await rig.until { ended.withLock { $0 } })
        #expect(try await rig.until { gone.withLock { $0 } })
        #expect(rig.world.story.last == "outcome GET failed forbidden")
    }

    @Test func aSessionIsEnded() async throws {
        let rig = try rig()
        let id = try await session(rig)
        let answer = try await rig.send(
            .delete, headers: Rig.authorized + [("Mcp-Session-Id", id)])
        #expect(answer.status == 200)
        #expect(rig.world.story.suffix(2) == ["intent DELETE allow", "outcome DELETE success"])
        rig.script.withLock { $0 = { _, _ in Response(status: 404) } }
        let again = try await rig.legacy(Say.call(), [("Mcp-Session-Id", id)])
        #expect(again.status == 404)
    }

    @Test func anUpstreamWithoutStreamsSaysSo() async throws {
        let rig = try Rig { _, _ in Response(status: 405) }
        let answer = try await rig.send(
            .get, headers: [("Accept", "*/*"), ("Authorization", "Bearer \(World.token)")])
        #expect(answer.status == 405)
    }
}
