// Event streams and clients that go away.
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

struct StreamTests {
    @Test func eventsPassAndTheFinalOneWaitsForItsRecord() async throws {
        let rig = try Rig { _, _ in
            .events("id: e0\ndata:\n\n: ping\n\n" + events(progress, final) + "data: late\n\n")
        }
        let answer = try await rig.legacy(Say.call("progress"))
        #expect(answer.headers["Content-Type"] == "text/event-stream")
        #expect(answer.headers["X-Accel-Buffering"] == "no")
        #expect(answer.body.contains("id: e0\ndata: \n\n"))
        #expect(answer.body.contains(progress))
        #expect(answer.body.hasSuffix("data: \(final)\n\n"))
        #expect(rig.world.story.last == "outcome tools/call progress success")
    }

    @Test func aFinalMessageWhoseRecordFailsIsReplaced() async throws {
        let rig = try Rig { _, _ in .events(events(progress, final)) }
        rig.world.set { $0.failing = [.outcome] }
        let answer = try await rig.legacy(Say.call("progress"))
        #expect(answer.body.contains(progress))
        #expect(!answer.body.contains("done"))
        #expect(answer.body.contains("audit_unavailable"))
        #expect(answer.body.contains("unknown"))
    }

    @Test func aListOverAStreamIsFiltered() async throws {
        let list = #"{"jsonrpc":"2.0","id":1,"result":{"tools":[{"name":"hide"},{"name":"get"}]}}"#
        let rig = try Rig { _, _ in .events(events(list)) }
        let answer = try await rig.legacy(Say.plain("tools/list"))
        #expect(answer.body.contains(#"{"tools":[{"name":"get"}]}"#))
        #expect(!answer.body.contains("hide"))
    }

    @Test(arguments: [
        "data: nonsense\n\n", "data: {\"jsonrpc\":\"2.0\",\"id\":2,\"result\":{}}\n\n",
        "data: {\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"tools\":[{\"name\":\"hide\"},{}]}}\n\n",
        "",
        "data: {\"jsonrpc\":\"2.0\",\"id\":1,\"res",
    ])
    func aBrokenStreamEndsInAnError(_ text: String) async throws {
        let rig = try Rig { _, _ in .events(text) }
        let answer = try await rig.legacy(Say.plain("tools/list"))
        #expect(answer.body.contains("upstream_invalid"))
        #expect(!answer.body.contains("hide"))
        #expect(rig.world.story.last == "outcome tools/list unknown upstream_invalid")
    }

    @Test func aLegacyStreamThatMayBeResumedJustEnds() async throws {
        let rig = try Rig { _, _ in .events("id: e1\nretry: 10\ndata:\n\n") }
        let answer = try await rig.legacy(Say.call())
        #expect(answer.body == "id: e1\nretry: 10\ndata: \n\n")
        #expect(rig.world.story.last == "outcome tools/call get unknown upstream_invalid")
    }

    @Test func aModernUpstreamMayNotAsk() async throws {
        let rig = try Rig { _, _ in
            .events(events(#"{"jsonrpc":"2.0","id":9,"method":"sampling/createMessage"}"#, final))
        }
        let answer = try await rig.modern(Say.modernCall())
        #expect(answer.body.contains("upstream_invalid"))
        #expect(!answer.body.contains("sampling"))
    }

    @Test func aLegacyUpstreamMayAsk() async throws {
        let ask = #"{"jsonrpc":"2.0","id":9,"method":"sampling/createMessage"}"#
        let rig = try Rig { _, _ in .events(events(ask, final)) }
        #expect(try await rig.legacy(Say.call()).body.contains(ask))
    }

    // MARK: Clients that go away

    @Test func aModernClientThatGoesAwayCancels() async throws {
        let gone = Locked(false)
        let rig = try Rig { _, request in
            request.onClientGone { gone.withLock { $0 = true } }
            return .events { stream in
                try await stream.write(Array(events(progress).utf8))
                await Reactor.current?.sleep(nanoseconds: 30_000_000_000)
                try await stream.write(Array(events(final).utf8))
            }
        }
        try await rig.run {
            let response = try await rig.open(
                .post, Say.modernCall(), headers: Rig.modernHeaders("tools/call", "get"))
            _ = try await response.body.next()
            response.cancel()
        }
        #expect(try await rig.until { gone.withLock { $0 } })
        #expect(try await rig.until { rig.world.story.count == 2 })
        #expect(rig.world.story.last == "outcome tools/call get unknown cancelled")
        #expect(rig.world.get { $0.releases } == 0)
    }

    @Test func aModernClientThatGoesAwayBeforeTheAnswerCancels() async throws {
        let gone = Locked(false)
        let rig = try Rig { _, request in
            request.onClientGone { gone.withLock { $0 = true } }
            await Reactor.current?.sleep(nanoseconds: 30_000_000_000)
            return .result(Rig.done)
        }
        let cancellation = Cancellation()
        rig.reactor.run {
            _ = try? await rig.open(
                .post, Say.modernCall(), headers: Rig.modernHeaders("tools/call", "get"),
                cancellation: cancellation)
        }
        #expect(try await rig.until { rig.received.withLock { $0.count == 1 } })
        cancellation.cancel()
        #expect(try await rig.until { gone.withLock { $0 } })
        #expect(try await rig.until { rig.world.story.count == 2 })
        #expect(rig.world.story.last == "outcome tools/call get unknown cancelled")
    }

    @Test func aLegacyClientThatGoesAwayDoesNotCancel() async throws {
        let rig = try Rig { _, _ in
            .events { stream in
                try await stream.write(Array(events(progress).utf8))
                await Reactor.current?.sleep(nanoseconds: 100_000_000)
                try await stream.write(Array(events(progress, final).utf8))
            }
        }
        try await rig.run {
            let response = try await rig.open(
                .post, Say.call(),
                headers: Rig.authorized + [("MCP-Protocol-Version", "2025-11-25")])
            _ = try await response.body.next()
            response.cancel()
        }
        #expect(try await rig.until { rig.world.story.count == 2 })
        #expect(rig.world.story.last == "outcome tools/call get success")
    }
}
