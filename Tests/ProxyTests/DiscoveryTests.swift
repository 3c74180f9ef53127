// The gateway as a client: which era an upstream speaks, and its tools.
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

struct DiscoveryTests {
    @Test func aModernServerIsAskedPageByPage() async throws {
        let rig = try Rig { seen, _ in
            #expect(seen.headers["Mcp-Method"] != nil)
            if seen.body.contains("server/discover") {
                return .result(#"{"supportedVersions":["2026-07-28"]}"#)
            }
            let id = seen.body.contains(#""cursor":"next""#) ? 3 : 2
            let page = id == 3 ? #"[{"name":"b"}]"# : #"[{"name":"a","x":1.0}],"nextCursor":"next""#
            return .events(events(#"{"jsonrpc":"2.0","id":\#(id),"result":{"tools":\#(page)}}"#))
        }
        rig.world.set { ($0.isDiscovered, $0.tools) = (false, []) }
        let answer = try await rig.legacy(Say.call("nope"))
        #expect(answer.body.contains("Unknown tool: nope"))
        let saved = rig.world.get {
            $0.saved.map { String(decoding: $0.definition, as: UTF8.self) }
        }
        #expect(saved == [#"{"name":"a","x":1.0}"#, #"{"name":"b"}"#])
        #expect(
            rig.world.story.prefix(2) == [
                "intent server/discover allow", "outcome server/discover success",
            ])
    }

    @Test func aLegacyServerIsAskedInASession() async throws {
        let rig = try Rig { seen, _ in
            if seen.method == "DELETE" { return Response(status: 200) }
            if seen.body.contains("server/discover") {
                return .rpc(
                    #"{"jsonrpc":"2.0","id":"x","error":{"code":-32600,"message":"m"}}"#,
                    status: 400)
            }
            if seen.body.contains("initialize\"") {
                var response = Response.result(#"{"protocolVersion":"2025-06-18"}"#)
                response.headers.add("Mcp-Session-Id", "u")
                return response
            }
            if seen.body.contains("tools/call") { return .result(Rig.done) }
            #expect(seen.headers["Mcp-Session-Id"] == "u")
            #expect(seen.headers["MCP-Protocol-Version"] == "2025-06-18")
            if seen.body.contains("notifications/initialized") { return Response(status: 202) }
            return .result(#"{"tools":[{"name":"a"}]}"#)
        }
        rig.world.set { ($0.isDiscovered, $0.tools) = (false, []) }
        _ = try await rig.legacy(Say.call("a"))
        #expect(rig.world.get { $0.saved.count } == 1)
        #expect(
            try await rig.until { rig.received.withLock { $0.contains { $0.method == "DELETE" } } })
    }

    @Test(arguments: [401, 500, 302, 404])
    func aServerThatIsNoneIsNotTakenForOne(_ status: Int) async throws {
        let rig = try Rig { _, _ in Response(status: status, text: "no") }
        rig.world.set { ($0.isDiscovered, $0.tools) = (false, []) }
        let answer = try await rig.legacy(Say.call("a"))
        #expect(answer.status == 502)
        #expect(rig.world.story.prefix(2).last?.hasPrefix("outcome server/discover failed") == true)
    }
}
