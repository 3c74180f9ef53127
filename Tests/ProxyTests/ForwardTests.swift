// What reaches the upstream, and what comes back as one JSON answer.
import Core
import Governance
import HTTP
import Proxy
import Testing

struct ForwardTests {
    @Test func nothingIsForwardedThatIsNotOnRecord() async throws {
        let rig = try Rig { _, _ in .result(Rig.done) }
        rig.world.set { $0.failing = [.intent] }
        let answer = try await rig.legacy(Say.call())
        #expect(answer.status == 503)
        #expect(answer.body.contains("audit_unavailable"))
        #expect(answer.headers["Retry-After"] == "1")
        #expect(rig.received.withLock { $0.isEmpty })
        #expect(rig.world.get { $0.releases } == 1)
    }

    @Test func noAnswerLeavesBeforeItsOutcomeIsOnRecord() async throws {
        let rig = try Rig { _, _ in .result(Rig.done) }
        rig.world.set { $0.failing = [.outcome] }
        let answer = try await rig.legacy(Say.call())
        #expect(answer.status == 503)
        #expect(answer.body.contains("effect is unknown"))
        #expect(!answer.body.contains("done"))
        #expect(rig.world.get { $0.releases } == 0)
    }

    @Test func aRefusalThatCannotBeRecordedSaysNothingElse() async throws {
        let rig = try Rig()
        rig.world.set { $0.failing = [.refused] }
        #expect(try await rig.legacy(Say.call("hide")).status == 503)
    }

    @Test func theUpstreamSeesTheBodyAndTheVaultsCredentialAndNothingElse() async throws {
        let rig = try Rig { _, _ in .result(Rig.done) }
        let body = Say.call("get", #"{"z": 1.0, "a":null,"big":9007199254740993,"\u00e9":[1e400]}"#)
        let answer = try await rig.legacy(
            body,
            [
                ("Cookie", "a=b"), ("X-Forwarded-For", "10.0.0.1"), ("X-Custom", "1"),
                ("Mcp-Name", "other"), ("Accept-Language", "de"),
            ])
        #expect(answer.status == 200)
        #expect(answer.body == #"{"jsonrpc":"2.0","id":1,"result":\#(Rig.done)}"#)
        let seen = try #require(rig.received.withLock { $0.first })
        #expect(
            seen.body
                == body.replacing(": ", with: ":").replacing(", ", with: ",")
                .replacing("\\u00e9", with: "é"))
        #expect(seen.headers["Authorization"] == "Bearer vault-secret")
        let names = Set(seen.headers.map { String(decoding: $0.name, as: UTF8.self).lowercased() })
        #expect(
            names == [
                "host", "content-length", "content-type", "accept", "mcp-protocol-version",
                "authorization", "x-request-id",
            ])
        #expect(
            rig.world.story == [
                "intent tools/call get allow", "outcome tools/call get success",
            ])
        let outcome = try #require(rig.world.get { $0.records.last })
        #expect(outcome.upstreamStatus == 200)
        #expect(outcome.latencyMicroseconds ?? -1 >= 0)
        #expect(outcome.result?.kinds == ["text"])
        #expect(outcome.call == rig.world.get { $0.records[0].id })
    }

    @Test func aModernCallKeepsItsHeaders() async throws {
        let rig = try Rig { _, _ in .result(Rig.done) }
        let answer = try await rig.modern(
            Say.modernCall(), [("Mcp-Param-Other", "x"), ("Mcp-Session-Id", "s")])
        #expect(answer.status == 200)
        let seen = try #require(rig.received.withLock { $0.first })
        #expect(seen.headers["Mcp-Method"] == "tools/call")
        #expect(seen.headers["Mcp-Name"] == "get")
        #expect(seen.headers["Mcp-Param-Other"] == "x")
        #expect(seen.headers["MCP-Protocol-Version"] == "2026-07-28")
        #expect(!seen.headers.contains("Mcp-Session-Id"))
    }

    @Test func aListIsFiltered() async throws {
        let rig = try Rig { _, _ in
            .result(
                #"{"tools":[{"name":"get","x":null},{"name":"hide"},{"name":"who"},"#
                    + #"{"name":"new"}]}"#
            )
        }
        let answer = try await rig.legacy(Say.plain("tools/list"))
        #expect(
            answer.body
                == #"{"jsonrpc":"2.0","id":1,"result":{"tools":[{"name":"get","x":null},"#
                + #"{"name":"new"}]}}"#
        )
    }

    @Test(arguments: [
        "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"tools\":[{\"name\":\"get\"},1]}}",
        "{\"jsonrpc\":\"2.0\",\"id\":2,\"result\":{\"tools\":[]}}",
        "{\"jsonrpc\":\"2.0\",\"id\":\"1\",\"result\":{\"tools\":[]}}",
        "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"tools\":[],\"tools\":[]}}",
        "{\"jsonrpc\":\"2.0\",\"method\":\"x\"}", "[]", "nonsense", "",
    ])
    func aBrokenAnswerIsNotPassedOn(_ body: String) async throws {
        let rig = try Rig { _, _ in .rpc(body) }
        let answer = try await rig.legacy(Say.plain("tools/list"))
        #expect(answer.status == 502)
        #expect(answer.body.contains("upstream_invalid"))
        #expect(answer.body.contains(#""id":1"#))
        #expect(rig.world.story.last == "outcome tools/list unknown upstream_invalid")
    }

    @Test func anUpstreamThatCannotBeReachedGivesBackWhatWasReserved() async throws {
        let rig = try Rig(deadUpstream: true)
        let answer = try await rig.legacy(Say.call())
        #expect(answer.status == 502)
        #expect(answer.body.contains("upstream_unavailable"))
        #expect(!answer.body.contains("127.0.0.1"))
        #expect(rig.world.story.last == "outcome tools/call get failed upstream_unavailable")
        #expect(rig.world.get { $0.releases } == 1)
    }

    @Test func aCallThatMayHaveHappenedKeepsWhatWasReserved() async throws {
        let rig = try Rig { _, _ in
            Response(status: 200, body: .stream { _ in throw Failure(.internal, "cut") })
        }
        let answer = try await rig.legacy(Say.call())
        #expect(answer.status == 502)
        #expect(rig.world.story.last?.contains("outcome tools/call get unknown") == true)
        #expect(rig.world.get { $0.releases } == 0)
    }

    @Test(arguments: [401, 403, 302, 500, 503])
    func anUpstreamsOwnTroubleIsNotTheClients(_ status: Int) async throws {
        let rig = try Rig { _, _ in Response(status: status, text: "secret reason") }
        let answer = try await rig.legacy(Say.call())
        #expect(answer.status == 502)
        #expect(!answer.body.contains("secret reason"))
        #expect(!answer.headers.contains("WWW-Authenticate"))
    }

    @Test func anErrorOfTheUpstreamIsPassedOnUnderTheRequestsID() async throws {
        let rig = try Rig { _, _ in
            .rpc(
                #"{"jsonrpc":"2.0","id":"server-error","error":{"code":-32602,"message":"m","#
                    + #""data":[1.0]}}"#,
                status: 400)
        }
        let answer = try await rig.legacy(Say.call())
        #expect(answer.status == 400)
        #expect(
            answer.body
                == #"{"jsonrpc":"2.0","id":1,"error":{"code":-32602,"message":"m","data":[1.0]}}"#)
        #expect(rig.world.get { $0.releases } == 1)
        #expect(rig.world.story.last == "outcome tools/call get failed")
    }

    @Test func aToolsOwnErrorIsAFailureThatHappened() async throws {
        let rig = try Rig { _, _ in .result(#"{"content":[],"isError":true}"#) }
        #expect(try await rig.legacy(Say.call()).status == 200)
        #expect(rig.world.story.last == "outcome tools/call get failed")
        #expect(rig.world.get { $0.releases } == 0)
    }

    @Test func notificationsAndResponsesAreAccepted() async throws {
        let rig = try Rig { _, _ in Response(status: 202) }
        let told = try await rig.legacy(#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#)
        #expect(told.status == 202 && told.body.isEmpty)
        let answered = try await rig.legacy(#"{"jsonrpc":"2.0","id":"s","result":{}}"#)
        #expect(answered.status == 202)
        #expect(
            rig.world.story == [
                "intent notifications/initialized allow",
                "outcome notifications/initialized success", "intent allow", "outcome success",
            ])
    }

    @Test func anUpstreamOfTheOtherEraIsNamed() async throws {
        let rig = try Rig { _, _ in
            .rpc(
                #"{"jsonrpc":"2.0","id":"server-error","error":{"code":-32600,"#
                    + #""message":"Missing session ID"}}"#,
                status: 400)
        }
        let probe = try await rig.modern(
            Say.plain("server/discover", modern: true), method: "server/discover", name: nil)
        #expect(probe.status == 404)
        #expect(probe.body.contains("-32601") && probe.body.contains("2025-11-25"))
        let call = try await rig.modern(Say.modernCall())
        #expect(call.status == 400)
        #expect(call.body.contains("-32022") && !call.body.contains(#""2026-07-28","#))
        rig.script.withLock {
            $0 = { _, _ in
                .rpc(
                    #"{"jsonrpc":"2.0","id":1,"error":{"code":-32601,"message":"no"}}"#, status: 404
                )
            }
        }
        let hello = try await rig.legacy(
            #"{"jsonrpc":"2.0","id":1,"method":"initialize","#
                + #""params":{"protocolVersion":"2025-11-25"}}"#
        )
        #expect(hello.status == 400)
        #expect(hello.body.contains("-32022") && hello.body.contains("2026-07-28"))
    }

    @Test(arguments: [408, 413, 429, 500, 503])
    func troubleIsNoOtherEra(status: Int) async throws {
        let rig = try Rig { _, _ in Response(status: status) }
        let probe = try await rig.modern(
            Say.plain("server/discover", modern: true), method: "server/discover", name: nil)
        #expect(probe.status == 502 && probe.body.contains("upstream_invalid"))
        let call = try await rig.modern(Say.modernCall())
        #expect(call.status == 502 && call.body.contains("upstream_invalid"))
    }
}
