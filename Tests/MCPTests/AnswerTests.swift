// What the gateway answers by itself, and how it filters what others answer.
import Core
import MCP
import Testing

private func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

struct RPCErrorTests {
    @Test func everyFailureHasItsNumbers() {
        for code in Failure.Code.allCases {
            let error = RPCError(Failure(code, "m", detail: "secret"))
            #expect(error.status >= 400 && error.status < 600)
            #expect(
                error.code > 0 || (-32768 ... -32600).contains(error.code) || error.code == -32020)
            #expect(!text(error.body(id: nil)).contains("secret"))
        }
        let shown = RPCError(Failure(.auditUnavailable, "later", retryAfterSeconds: 1))
        #expect(shown.status == 503)
        #expect(
            text(shown.body(id: RequestID(7)))
                == #"{"jsonrpc":"2.0","id":7,"error":{"code":503,"message":"later","#
                + #""data":{"code":"audit_unavailable"}}}"#)
    }

    @Test func anUnreadableIDIsLeftOut() {
        #expect(!text(RPCError.batch.body(id: nil)).contains("\"id\""))
    }

    @Test func unknownToolsDifferInTheirNamesOnly() {
        func answer(_ name: String, _ era: Era) -> String {
            text(RPCError.unknownTool(Array(name.utf8), era: era).body(id: RequestID(1)))
        }
        for era in [Era.legacy, .modern] {
            #expect(answer("abc", era) == answer("xyz", era).replacing("xyz", with: "abc"))
        }
        #expect(RPCError.unknownTool([], era: .legacy).status == 200)
        #expect(RPCError.unknownTool([], era: .modern).status == 400)
    }
}

struct ToolDenialTests {
    @Test func aDenialIsAResultThatTheModelReads() {
        let denial = ToolDenial(
            message: "no \"refunds\"", code: "rate_limited", decisionID: "d1", retryAfterSeconds: 30
        )
        #expect(
            text(denial.response(id: RequestID(5), era: .legacy))
                == #"{"jsonrpc":"2.0","id":5,"result":{"content":[{"type":"text","text":"#
                + #""[POLICY DENIED] no \"refunds\""}],"isError":true,"_meta":{"#
                + #""bailiwick.dev/decision":{"code":"rate_limited","decision_id":"d1","#
                + #""retry_after":30}}}}"#)
        let modern = text(denial.response(id: RequestID(5), era: .modern))
        #expect(modern.contains(#""resultType":"complete""#))
    }
}

struct ToolListTests {
    private func filter(_ body: String, _ era: Era = .legacy) throws -> String {
        let json = try JSON.parse(Array(body.utf8))
        return text(
            try ToolList(filtering: json, era: era) { $0.first != UInt8(ascii: "x") }.response)
    }

    @Test(arguments: [
        #"{"jsonrpc":"2.0","id":1,"result":{}}"#,
        #"{"jsonrpc":"2.0","id":1,"result":[]}"#,
        #"{"jsonrpc":"2.0","id":1,"result":{"tools":{}}}"#,
        #"{"jsonrpc":"2.0","id":1,"result":{"tools":null}}"#,
        #"{"jsonrpc":"2.0","id":1,"result":{"tools":["x"]}}"#,
        #"{"jsonrpc":"2.0","id":1,"result":{"tools":[{"name":1}]}}"#,
        #"{"jsonrpc":"2.0","id":1,"result":{"tools":[{"name":"a"},{"title":"x"}]}}"#,
        #"{"jsonrpc":"2.0","id":1}"#,
    ])
    func aMalformedListIsNotPassedOn(_ body: String) {
        #expect(throws: Failure.self) { try filter(body) }
    }

    @Test func whatIsKeptIsKeptWhole() throws {
        let body =
            #"{"jsonrpc":"2.0","id":1,"result":{"_meta":{"k":[1.0,null]},"tools":["#
            + #"{"name":"b","n":1e400,"z":null,"outputSchema":{}},{"name":"a"}],"nextCursor":""}}"#
        #expect(try filter(body) == body)
    }

    @Test func whatIsHiddenIsGoneAndTheOrderStays() throws {
        #expect(
            try filter(
                #"{"result":{"tools":[{"name":"c"},{"name":"x1"},{"name":"a"},{"name":"\u0078"}]}}"#
            )
                == #"{"result":{"tools":[{"name":"c"},{"name":"a"}]}}"#)
    }

    @Test(arguments: [#""cacheScope":"public","#, #""cacheScope":null,"#, ""])
    func aModernListIsPrivate(_ scope: String) throws {
        #expect(
            try filter(#"{"result":{\#(scope)"ttlMs":5,"tools":[]}}"#, .modern)
                == #"{"result":{"ttlMs":5,"tools":[],"cacheScope":"private"}}"#)
    }
}

struct SessionTokenTests {
    private func sealed(_ token: SessionToken) -> [UInt8] {
        token.text(sealedBy: { $0.map { $0 ^ 0x5A } })
    }
    private func open(_ text: [UInt8], grant: String = "g", server: String = "s")
        throws(RPCError) -> SessionToken
    {
        try SessionToken.open(text, grant: grant, server: server) { $0.map { $0 ^ 0x5A } }
    }

    @Test func aSessionComesBackForItsGrantAndServerOnly() throws {
        let token = try #require(
            SessionToken(upstreamID: Array("abc~!".utf8), grant: "g", server: "s"))
        let text = sealed(token)
        #expect(text.allSatisfy { $0 >= 0x21 && $0 <= 0x7E })
        #expect(try open(text) == token)
        #expect(throws: RPCError.self) { try open(text, grant: "h") }
        #expect(throws: RPCError.self) { try open(text, server: "t") }
        #expect(throws: RPCError.self) { try open(Array("garbage!".utf8)) }
        #expect(throws: RPCError.self) { try open([]) }
        #expect(throws: RPCError.self) { try open(Array(text.dropLast())) }
        #expect(throws: RPCError.self) {
            try SessionToken.open(text, grant: "g", server: "s") { _ in nil }
        }
        #expect(RPCError.sessionNotFound.status == 404)
    }

    @Test(arguments: ["", "a b", "a\n", "é", String(repeating: "x", count: 1_025)])
    func anUpstreamIDThatBreaksTheAlphabetIsNone(_ id: String) {
        #expect(SessionToken(upstreamID: Array(id.utf8), grant: "g", server: "s") == nil)
    }
}

struct DiscoveryMessageTests {
    private func json(_ text: String) throws -> JSON { try JSON.parse(Array(text.utf8)) }

    @Test func onlyAModernServerIsTakenForOne() throws {
        #expect(
            UpstreamAnswer.provesModern(
                try json(#"{"result":{"supportedVersions":["2026-07-28"]}}"#)))
        #expect(UpstreamAnswer.provesModern(try json(#"{"error":{"code":-32021}}"#)))
        for text in [
            #"{"result":{"supportedVersions":["2025-11-25"]}}"#, #"{"result":{}}"#,
            #"{"error":{"code":-32601}}"#, #"{"error":{"code":-32602}}"#, #"{"error":{}}"#, "{}",
        ] {
            #expect(!UpstreamAnswer.provesModern(try json(text)), "\(text)")
        }
    }

    @Test func aHandshakeSettlesOnALegacyRevisionOnly() throws {
        #expect(
            UpstreamAnswer.negotiated(try json(#"{"result":{"protocolVersion":"2025-06-18"}}"#))
                == .v2025_06_18)
        for text in [#"{"result":{"protocolVersion":"2026-07-28"}}"#, #"{"result":{}}"#, "{}"] {
            #expect(UpstreamAnswer.negotiated(try json(text)) == nil)
        }
    }

    @Test func ourOwnMessagesObeyTheRules() throws {
        var headers = MessageHeaders()
        headers.take(
            name: Array("mcp-protocol-version".utf8)[...], value: Array("2026-07-28".utf8)[...])
        headers.take(name: Array("mcp-method".utf8)[...], value: Array("server/discover".utf8)[...])
        let probe = try ClientMessage(
            JSON.parse(UpstreamMessages.discover(id: 1)), headers: headers)
        #expect(probe.method == .serverDiscover)
        let first = try ClientMessage(
            JSON.parse(UpstreamMessages.initialize(id: 1, version: "1")), headers: MessageHeaders())
        #expect(first.method == .initialize)
        let page = try ToolPage(json(#"{"result":{"tools":[{"name":"a"}],"nextCursor":""}}"#))
        #expect(page.nextCursor == "")
        #expect(throws: Failure.self) { try ToolPage(json(#"{"result":{"tools":[1]}}"#)) }
    }
}
