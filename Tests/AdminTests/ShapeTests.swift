import Core
import Testing

@testable import Admin

/// What is said about a body that does not fit: everything, at once.
@Suite struct ShapeTests {
    private func errors(_ text: String, _ shape: Shape) throws -> [String] {
        let json = try JSON.parse(Array(text.utf8))
        do {
            _ = try shape.check(json)
            return []
        } catch {
            return error.errors.map { "\($0.pointer) \($0.detail)" }
        }
    }

    @Test func everythingWrongIsSaidAtOnce() throws {
        let found = try errors(
            #"{"slug": 1, "colour": "red", "transport": "pigeon", "allow_private": "yes"}"#,
            Shapes.newServer)
        #expect(found.count == 5)
        #expect(found.contains { $0.hasPrefix("/colour is unknown here; `slug`") })
        #expect(found.contains("/slug is a string"))
        #expect(found.contains("/name is required"))
        #expect(found.contains("/transport is one of `streamable_http`, `sse`, `stdio`"))
        #expect(found.contains("/allow_private is true or false"))
    }

    @Test func nullIsAbsent() throws {
        #expect(try errors(#"{"slug": null}"#, Shapes.newServer).contains("/slug is required"))
        #expect(try errors(#"{"name": null, "url": null}"#, Shapes.serverEdit).isEmpty)
    }

    @Test(arguments: ["[]", "1", "\"x\"", "null", "true"])
    func onlyAnObjectIsABody(text: String) throws {
        let json = try JSON.parse(Array(text.utf8))
        #expect(throws: Failure.self) { try Shapes.serverEdit.check(json) }
    }

    @Test func aNestedValueIsTypedToo() throws {
        let shape = Shape(
            "S", [.init("labels", .labels), .init("servers", .strings), .init("at", .timestamp)])
        let found = try errors(
            #"{"labels": {"a": 1}, "servers": ["x", 2], "at": "tomorrow"}"#, shape)
        #expect(found.count == 3)
    }

    @Test(
        arguments: [
            ("Bearer abc", "abc"), ("bearer abc", "abc"), ("BEARER abc", "abc"), ("Basic abc", nil),
            ("Bearerabc", nil), ("Bearer\tabc", nil), ("Bearer ", nil), ("", nil),
        ] as [(String, String?)])
    func bearerTokens(header: String, token: String?) {
        let read = BearerToken.read(Array(header.utf8)[...])
        #expect(read == token.map { Array($0.utf8) })
    }
}
