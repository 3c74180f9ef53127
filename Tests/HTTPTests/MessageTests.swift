import Core
import HTTP
import Testing

/// Headers, targets, routes.
@Suite struct MessageTests {
    @Test func headersRefuseInjection() {
        var headers = Headers()
        for value in ["a\r\nX: 1", "a\nb", "a\rb", "a\0b", "\u{7F}", "\u{1B}[0m"] {
            let (added, set) = (headers.add("X-Test", value), headers.set("X-Test", value))
            #expect(!added && !set)
        }
        for name in ["", "a b", "a:", "a\r\n", "é", "a\0", "(x)"] {
            let added = headers.add(name: name.utf8, value: "v".utf8)
            #expect(!added)
        }
        #expect(headers.isEmpty)
        headers.add("X-Test", "tab\there, obs-text é")
        #expect(headers.count == 1)
    }

    @Test func aRefusedSetKeepsWhatWasThere() {
        var headers: Headers = ["X": "1", "x": "2"]
        let refused = headers.set("X", "\r\n")
        #expect(!refused && headers.values("x") == ["1", "2"])
        headers.set("X", "3")
        #expect(headers.values("x") == ["3"])
    }

    @Test func headersCompareNamesWithoutCaseAndKeepOrder() {
        var headers: Headers = ["Accept": "a", "X-One": " padded ", "ACCEPT": "b"]
        #expect(headers["accept"] == "a")
        #expect(headers.values("Accept") == ["a", "b"])
        #expect(headers["x-one"] == "padded")
        #expect(headers.count(of: "accept") == 2 && headers.count == 3)
        #expect(!headers.equals("accept", "a") && headers.equals("X-ONE", "padded"))
        #expect(
            headers.map { String(decoding: $0.name, as: UTF8.self) } == [
                "Accept", "X-One", "ACCEPT",
            ])
        headers.remove("accept")
        #expect(headers.count == 1 && headers["accept"] == nil)
        // U+212A KELVIN SIGN is no K: names compare as bytes.
        headers.add(name: "\u{212A}".utf8, value: "".utf8)
        #expect(headers.count == 1)
    }

    @Test func listsAreReadByToken() {
        let headers: Headers = ["Accept": "text/html , Text/Event-Stream", "Accept": "x,,y"]
        #expect(headers.hasToken("accept", "text/event-stream"))
        #expect(headers.hasToken("accept", "y"))
        #expect(!headers.hasToken("accept", "text"))
    }

    @Test(arguments: [
        ("/", ""), ("/a", "a"), ("/a/b%20c", "a|b c"), ("/a/", "a|"), ("/%C3%A9", "é"),
        ("/a%2Fb", "!"), ("/a%2fb", "!"), ("/a%5Cb", "!"), ("/..", "!"), ("/a/%2e%2e/b", "!"),
        ("/.", "!"), ("/%2e", "!"), ("//a", "!"), ("/a//b", "!"), ("/%00", "!"), ("/%0a", "!"),
        ("/%ff", "!"), ("/%C0%AF", "!"), ("/...", "..."), ("/%252e%252e", "%2e%2e"),
    ])
    func pathSegments(_ path: String, _ wanted: String) throws {
        let target = try #require(Target(path))
        do throws(Failure) {
            let segments = try target.pathSegments
            #expect(segments.joined(separator: "|") == wanted)
            #expect(wanted != "!")
        } catch {
            #expect(wanted == "!" && error.code == .malformed)
        }
    }

    @Test func queryItemsAreDecoded() throws {
        let target = try #require(Target("/p?limit=10&name=a+b%26c&flag&=x&e="))
        let items = try target.queryItems()
        #expect(items.map(\.name) == ["limit", "name", "flag", "", "e"])
        #expect(items.map(\.value) == ["10", "a b&c", "", "x", ""])
        #expect(try Target("/p")?.queryItems() == [])
        for query in ["a=%00", "a=%ff", "a=%0d%0a"] {
            #expect(throws: Failure.self) { try Target("/p?\(query)")?.queryItems() }
        }
    }

    private enum Permission: Sendable { case read, write }

    private var table: RouteTable<Int, Permission> {
        let ok: Route<Int, Permission>.Handler = { _, parameters, context in
            Response(status: 200 + context)
        }
        return RouteTable([
            Route(.get, "/servers", .read, summary: "lists servers", ok),
            Route(.post, "/servers", .write, ok),
            Route(.get, "/servers/{id}", .read, ok),
            Route(.delete, "/servers/{id}", .write, ok),
            Route(.get, "/assets/{path...}", .read, ok),
            Route(.get, "/", .read, ok),
        ])
    }

    private func find(_ method: HTTP.Method, _ path: String) throws -> String {
        switch table.match(method, try #require(Target(path))) {
        case .found(let route, let parameters):
            let values = route.pattern.parameterNames.map { name in
                name.utf8.elementsEqual("id".utf8) ? parameters["id"] : parameters["path"]
            }
            return "\(route.method.name) \(route.pattern) \(values.joined())"
        case .methodNotAllowed(let allow): return "405 \(allow)"
        case .notFound: return "404"
        case .malformed(let failure): return "\(failure.code.status)"
        }
    }

    @Test func routesArePrecise() throws {
        #expect(try find(.get, "/") == "GET / ")
        #expect(try find(.get, "/servers") == "GET /servers ")
        #expect(try find(.head, "/servers?x=1") == "GET /servers ")
        #expect(try find(.get, "/servers/a%20b") == "GET /servers/{id} a b")
        #expect(try find(.get, "/assets/css/a.css") == "GET /assets/{path...} css/a.css")
        #expect(try find(.put, "/servers") == "405 GET, HEAD, POST")
        #expect(try find(.options, "/servers/x") == "405 DELETE, GET, HEAD")
        #expect(try find(.other(Array("get".utf8)), "/") == "405 GET, HEAD")
        #expect(try find(.get, "/server") == "404")
        #expect(try find(.get, "/servers/") == "404")
        #expect(try find(.get, "/servers/x/y") == "404")
        #expect(try find(.get, "/Servers") == "404")
        #expect(try find(.get, "/assets") == "404")
        #expect(try find(.get, "/servers/a%2Fb") == "400")
        #expect(try find(.get, "/servers/../admin") == "400")
    }

    @Test func theTableCanBeListed() {
        #expect(table.routes.map { $0.pattern.text }.count == 6)
        #expect(table.routes[0].summary == "lists servers")
    }
}
