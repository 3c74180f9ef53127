internal import Core
internal import Governance
internal import HTTP

/// `/audit`: reading the two logs. Every reading is itself on record.
enum AuditRoutes {
    static let all: [Endpoint] = [
        Endpoint(
            .get, "/audit/calls", .view, "Lists the record of calls, newest first",
            output: .page(of: Shapes.callEntry),
            filters: [
                "from", "until", "agent", "grant", "server", "tool", "kind", "decision", "outcome",
                "code", "rule", "request_id", "call",
            ]
        ) { (call) async throws(Failure) in try await read(.calls, call) },
        Endpoint(
            .get, "/audit/admin", .readAdminLog, "Lists the record of changes, newest first",
            output: .page(of: Shapes.adminEntry),
            filters: ["from", "until", "actor", "action", "request_id"]
        ) { (call) async throws(Failure) in try await read(.admin, call) },
    ]

    private static func read(_ log: AuditLogName, _ call: Call) async throws(Failure) -> Answer {
        var filter = AuditFilter()
        filter.from = try time("from", call)
        filter.until = try time("until", call)
        filter.agent = call.filter("agent")
        filter.grant = call.filter("grant")
        filter.server = call.filter("server")
        filter.tool = call.filter("tool")
        filter.kind = call.filter("kind")
        filter.decision = call.filter("decision")
        filter.outcome = call.filter("outcome")
        filter.code = call.filter("code")
        filter.rule = call.filter("rule")
        filter.requestID = call.filter("request_id")
        filter.call = call.filter("call")
        filter.actor = call.filter("actor")
        filter.action = call.filter("action")
        let page = try await call.services.auditLog.entries(
            call.tenant, log: log, filter: filter, page: call.page(), by: call.principal,
            requestID: call.requestID)
        var body = Array("{\"items\":[".utf8)
        for (index, item) in page.items.enumerated() {
            if index > 0 { body.append(UInt8(ascii: ",")) }
            body.append(contentsOf: item.joined)
        }
        body.append(UInt8(ascii: "]"))
        if let next = page.next {
            body.append(contentsOf: ",\"next_page\":".utf8)
            body.append(contentsOf: JSONValue.string(next).serialized())
        }
        body.append(UInt8(ascii: "}"))
        return Answer(raw: body)
    }

    private static func time(_ name: StaticString, _ call: Call) throws(Failure) -> Timestamp? {
        guard let text = call.filter(name) else { return nil }
        guard let time = Timestamp(rfc3339: text) else {
            throw Failure(
                .invalid, "`\(name)` is a time such as 2027-01-31T12:00:00Z",
                errors: [.init(pointer: "/\(name)", detail: "is not RFC 3339")])
        }
        return time
    }
}
