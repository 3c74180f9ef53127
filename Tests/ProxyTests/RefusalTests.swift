// What must not reach an upstream, and what its sender is told.
import Core
import Governance
import HTTP
import Policy
import Proxy
import Testing

struct RefusalTests {
    @Test(
        arguments: [
            [], [("Authorization", "Bearer nonsense")], [("Authorization", "Basic Z29vZA==")],
            [("Authorization", "Bearer")], [("Cookie", "token=good-token")],
            [("Authorization", "Bearer good-token"), ("Authorization", "Bearer good-token")],
        ] as [[(String, String)]])
    func aStrangerIsToldWhatToDo(_ headers: [(String, String)]) async throws {
        let rig = try Rig()
        let answer = try await rig.send(
            .post, Say.call(), path: "/mcp/acme/desk?token=good-token", headers: Rig.media + headers
        )
        #expect(answer.status == 401)
        #expect(answer.headers["WWW-Authenticate"]?.hasPrefix("Bearer") == true)
        #expect(answer.body.contains("Authorization: Bearer bwg_"))
        #expect(rig.received.withLock { $0.isEmpty })
        let record = try #require(rig.world.get { $0.strangers.first })
        #expect(record.code == "unauthenticated")
        #expect(record.tenant == TenantID("t-1"))
        #expect(record.source == "127.0.0.1")
    }

    @Test func aForeignOriginIsRefusedAndOurOwnIsNot() async throws {
        let rig = try Rig { _, _ in .result(Rig.done) }
        for origin in ["https://evil.example", "null"] {
            let answer = try await rig.legacy(Say.call(), [("Origin", origin)])
            #expect(answer.status == 403)
        }
        #expect(rig.received.withLock { $0.isEmpty })
        let own = try await rig.legacy(Say.call(), [("Origin", "https://console.example")])
        #expect(own.status == 200)
    }

    @Test func anotherServerAndNoServerLookTheSame() async throws {
        let rig = try Rig()
        var bodies: Set<String> = []
        for path in ["/mcp/acme/other", "/mcp/nobody/desk", "/mcp/acme", "/mcp/acme/desk/x"] {
            let answer = try await rig.send(.post, Say.call(), path: path, headers: Rig.authorized)
            #expect(answer.status == 404)
            bodies.insert(answer.body)
        }
        #expect(bodies.count == 1)
        #expect(rig.world.story == Array(repeating: "refused refused not_found", count: 4))
    }

    @Test(arguments: [
        ("[]", 400, "malformed"), ("{", 400, "malformed"), ("", 400, "malformed"),
        (#"{"jsonrpc":"2.0","id":1,"id":2,"method":"ping"}"#, 400, "malformed"),
        (Say.plain("tools/execute"), 200, "not_found"),
        (Say.modernCall(), 400, "header_mismatch"),
    ])
    func whatCannotBeReadIsRecorded(_ body: String, _ status: Int, _ code: String) async throws {
        let rig = try Rig()
        let answer = try await rig.legacy(body)
        #expect(answer.status == status)
        #expect(rig.received.withLock { $0.isEmpty })
        #expect(rig.world.get { $0.records.map(\.code) } == [code])
        #expect(rig.world.get { $0.records.map(\.kind) } == [.refused])
    }

    @Test func aBodyBeyondTheLimitIsRefused() async throws {
        let rig = try Rig()
        let answer = try await rig.legacy(
            Say.call("get", "{\"a\":\"" + String(repeating: "x", count: 4 << 20) + "\"}"))
        #expect(answer.status == 413)
        #expect(rig.received.withLock { $0.isEmpty })
    }

    @Test func aDeniedCallIsAResultAndReachesNobody() async throws {
        let rig = try Rig()
        rig.world.set {
            $0.decide = { _ in
                Verdict(
                    decision: Decision(
                        .deny, code: .policyDenied, stage: .requirements,
                        rule: "/tools/refund/rules/cap", message: "too much"),
                    policy: "p-1", policyVersion: 3)
            }
        }
        let answer = try await rig.legacy(
            Say.call("refund", #"{"amount":900}"#), [("X-Request-Id", "trace-1")])
        #expect(answer.status == 200)
        #expect(answer.body.contains(#""isError":true"#))
        #expect(answer.body.contains("[POLICY DENIED] too much"))
        #expect(answer.body.contains(#""bailiwick.dev/decision":{"code":"policy_denied""#))
        #expect(answer.headers["X-Request-Id"] == "trace-1")
        #expect(rig.received.withLock { $0.isEmpty })
        let record = try #require(rig.world.get { $0.records.first })
        #expect(rig.world.story == ["refused tools/call refund deny policy_denied"])
        #expect(record.rule == "/tools/refund/rules/cap")
        #expect(record.policy == "p-1" && record.policyVersion == 3)
        #expect(record.requestID == "trace-1")
        #expect(record.payload.count == 1)
        #expect(rig.world.get { $0.payloads.count } == 1)
    }

    @Test func anUnfitRequestIDIsReplaced() async throws {
        let rig = try Rig { _, _ in .result(Rig.done) }
        let answer = try await rig.legacy(Say.call(), [("X-Request-Id", "a b")])
        #expect(answer.headers["X-Request-Id"]?.utf8.count == 36)
        #expect(
            rig.world.get { $0.records.allSatisfy { $0.requestID == $0.call } })
    }

    @Test func aHiddenToolAnswersLikeOneThatDoesNotExist() async throws {
        let rig = try Rig()
        rig.world.set {
            $0.schemas["hide"] = #"{"properties":{"a":{"type":"string","x-mcp-header":"A"}}}"#
        }
        let hidden = try await rig.legacy(Say.call("hide", #"{"a":"1"}"#))
        let unknown = try await rig.legacy(Say.call("none", #"{"a":"1"}"#))
        #expect(hidden.body == unknown.body.replacing("none", with: "hide"))
        #expect(hidden.status == unknown.status)
        let names = { (answer: Answer) in answer.headers.map { Array($0.name) } }
        #expect(names(hidden) == names(unknown))
        let modernHidden = try await rig.modern(
            Say.modernCall("hide", #"{"a":"1"}"#), name: "hide")
        let modernUnknown = try await rig.modern(
            Say.modernCall("none", #"{"a":"1"}"#), name: "none")
        #expect(modernHidden.body == modernUnknown.body.replacing("none", with: "hide"))
        #expect(modernHidden.status == 400 && modernUnknown.status == 400)
        #expect(rig.received.withLock { $0.isEmpty })
        #expect(
            rig.world.story.prefix(2) == [
                "refused tools/call hide deny hidden", "refused tools/call none refused not_found",
            ])
    }

    @Test func aQuarantinedToolIsDenied() async throws {
        let rig = try Rig()
        let answer = try await rig.legacy(Say.call("new"))
        #expect(answer.body.contains(#""code":"quarantined""#))
        #expect(rig.received.withLock { $0.isEmpty })
    }

    @Test(arguments: ["resources/read", "prompts/get", "completion/complete"])
    func withoutAPolicyNothingIsRead(_ method: String) async throws {
        let rig = try Rig()
        rig.world.set { $0.hasPolicy = false }
        let answer = try await rig.legacy(
            #"{"jsonrpc":"2.0","id":1,"method":"\#(method)","params":{"name":"a","uri":"b"}}"#)
        #expect(answer.body.contains("no_policy"))
        #expect(rig.received.withLock { $0.isEmpty })
    }

    @Test func mirroredArgumentsMustAgree() async throws {
        let rig = try Rig { _, _ in .result(Rig.done) }
        rig.world.set {
            $0.schemas["get"] = #"{"properties":{"a":{"type":"string","x-mcp-header":"A"}}}"#
        }
        let body = Say.modernCall("get", #"{"a":"1"}"#)
        #expect(try await rig.modern(body).status == 400)
        #expect(try await rig.modern(body, [("Mcp-Param-A", "2")]).status == 400)
        #expect(rig.received.withLock { $0.isEmpty })
        #expect(try await rig.modern(body, [("Mcp-Param-A", "1")]).status == 200)
        #expect(rig.received.withLock { $0.first?.headers["Mcp-Param-A"] } == "1")
    }

    @Test func methodsThatTheEraHasNot() async throws {
        let rig = try Rig()
        for method in [HTTP.Method.get, .delete, .put] {
            let answer = try await rig.send(
                method, headers: Rig.authorized + [("MCP-Protocol-Version", "2026-07-28")])
            #expect(answer.status == 405)
            #expect(answer.headers["Allow"] == "POST")
        }
        #expect(rig.received.withLock { $0.isEmpty })
    }
}
