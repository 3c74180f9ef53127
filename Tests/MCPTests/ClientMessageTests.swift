// The ladder of a client's message, case by case (Cases/client-messages.json).
import Core
import MCP
import Testing

struct ClientMessageTests {
    @Test func everyCaseEndsAsItSays() throws {
        let cases = try CaseFile.read("client-messages.json")
        #expect(cases.count > 90)
        for one in cases {
            let expected = try #require(one["expect"]).serialized
            #expect(
                String(decoding: try outcome(of: one), as: UTF8.self)
                    == String(decoding: expected, as: UTF8.self),
                "\(one["name"]?.string ?? "?")")
        }
    }

    /// What happened, in the words of the case file.
    private func outcome(of one: JSON) throws -> [UInt8] {
        var headers = MessageHeaders()
        for pair in try #require(one["headers"]).elements {
            headers.take(
                name: try #require(pair[0]?.utf8)[...], value: try #require(pair[1]?.utf8)[...])
        }
        let body = try one["raw"]?.utf8 ?? #require(one["body"]).serialized
        var writer = JSONWriter()
        writer.beginObject()
        do {
            let message = try read(body, headers)
            writer.key("kind")
            writer.string("\(message.envelope.kind)")
            writer.key("era")
            writer.string("\(message.era)")
            if let method = message.method {
                writer.key("method")
                writer.string(method.text)
            }
            if let name = message.name {
                writer.key("tool")
                writer.string(name)
            }
            if let revision = message.revision {
                writer.key("revision")
                writer.string(revision.text)
            }
        } catch let error as RPCError {
            writer.key("status")
            writer.int(error.status)
            writer.key("code")
            writer.int(error.code)
        }
        writer.endObject()
        return writer.bytes
    }

    private func read(_ body: [UInt8], _ headers: MessageHeaders) throws -> ClientMessage {
        try headers.checkMediaTypes()
        let json: JSON
        do { json = try JSON.parse(body) } catch { throw RPCError.parse(error.message) }
        return try ClientMessage(json, headers: headers)
    }

    @Test func idsKeepTheirType() throws {
        func id(_ text: String) throws -> RequestID? { RequestID(try JSON.parse(Array(text.utf8))) }
        #expect(try id("1") != id("\"1\""))
        #expect(try id("\"a\"") == id("\"\\u0061\""))
        #expect(try id("9007199254740993") != id("9007199254740992"))
        #expect(try id("1.0") == nil)
    }
}

struct ParameterHeadersTests {
    @Test func everyCaseEndsAsItSays() throws {
        let cases = try CaseFile.read("parameter-headers.json")
        #expect(cases.count > 25)
        for one in cases {
            var headers: [(name: [UInt8], value: [UInt8])] = []
            for pair in try #require(one["headers"]).elements {
                headers.append((try #require(pair[0]?.utf8), try #require(pair[1]?.utf8)))
            }
            let declared = ParameterHeaders(inputSchema: one["schema"])
            var outcome = "ok"
            do throws(RPCError) {
                try declared.verify(arguments: one["arguments"], headers: headers)
            } catch {
                outcome = error.code == -32020 ? "mismatch" : "\(error.code)"
            }
            #expect(outcome == one["expect"]?.string, "\(one["name"]?.string ?? "?")")
        }
    }
}
