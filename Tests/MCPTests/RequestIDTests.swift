import Core
import Testing

@testable import MCP

/// An answer carries its request's id, whatever the client chose for it.
@Suite struct RequestIDTests {
    private static let ids = [
        "1", "-7", "0", "\"x\"", "\"\"", "\"a \\\"quoted\\\" \\\\ id\"", "\"é\"",
    ]

    @Test(arguments: ids)
    func errorsAndDenialsCarryIt(text: String) throws {
        let id = try #require(RequestID(JSON.parse(Array(text.utf8))))
        let denial = ToolDenial(message: "no", code: "policy_denied", decisionID: "d")
        for bytes in [
            RPCError.parse("no").body(id: id), denial.response(id: id, era: .legacy),
            denial.response(id: id, era: .modern),
        ] {
            let answered = try #require(JSON.parse(bytes)["id"])
            #expect(answered.serialized == Array(text.utf8))
        }
    }

    @Test func zeroHasOneForm() throws {
        #expect(try RequestID(JSON.parse(Array("-0".utf8))) == RequestID(0))
    }

    @Test(arguments: ["null", "true", "1.5", "1e2", "[]", "{}"])
    func whatIsNoIDIsNone(text: String) throws {
        #expect(try RequestID(JSON.parse(Array(text.utf8))) == nil)
    }
}
