public import Core
internal import Postgres

/// Which entries of a log are asked for: those that fit every part that is given.
public struct AuditFilter: Sendable, Equatable {
    /// At or after.
    public var from: Timestamp?
    /// Before.
    public var until: Timestamp?
    public var agent: String?
    public var grant: String?
    /// A server's id or slug.
    public var server: String?
    public var tool: String?
    public var kind: String?
    public var decision: String?
    public var outcome: String?
    public var code: String?
    public var rule: String?
    public var requestID: String?
    public var call: String?
    /// Of the admin log: who acted, and what was done.
    public var actor: String?
    public var action: String?

    public init() {}

    /// As a text for the record of who read what: `agent=…&decision=deny`.
    var text: String {
        let parts: [(String, String?)] = [
            ("action", action), ("actor", actor), ("agent", agent), ("call", call),
            ("code", code), ("decision", decision), ("from", from?.rfc3339), ("grant", grant),
            ("kind", kind), ("outcome", outcome), ("request_id", requestID), ("rule", rule),
            ("server", server), ("tool", tool), ("until", until?.rfc3339),
        ]
        return parts.compactMap { name, value in value.map { "\(name)=\($0)" } }
            .joined(separator: "&")
    }

    /// The conditions on `leaf`, or a failure that names the part that cannot be meant.
    func conditions(tenant: TenantID, log: AuditLogName) throws(Failure) -> [Query] {
        var all: [Query] = ["leaf.tenant_id = \(tenant)", "leaf.log = \(log.rawValue)"]
        if let from { all.append("leaf.time >= \(from)") }
        if let until { all.append("leaf.time < \(until)") }
        if let actor = try uuid(agent ?? actor, "agent") {
            all.append("leaf.actor_id = \(actor)::uuid")
        }
        if let grant = try uuid(grant, "grant") {
            all.append("leaf.grant_id = \(grant)::uuid")
            // A grant's agent never changes, and there is an index by agent.
            all.append(
                """
                leaf.actor_id = (SELECT agent_id FROM grants
                    WHERE tenant_id = \(tenant) AND id = \(grant)::uuid)
                """)
        }
        if let call = try uuid(call, "call") { all.append("leaf.call_id = \(call)::uuid") }
        if let server = text(server) { all.append(serverCondition(server, tenant: tenant)) }
        if let decision = try word(decision, "decision", CallRecord.Decision.allCases) {
            // Constant text, so that the partial index is considered.
            if Array(decision.utf8) != Array("allow".utf8) {
                all.append("leaf.decision <> 'allow'")
            }
            all.append("leaf.decision = \(decision)")
        }
        if let tool = text(tool) { all.append("leaf.tool = \(tool)") }
        if let kind = try word(kind, "kind", CallRecord.Kind.allCases) {
            all.append("leaf.kind = \(kind)")
        }
        if let outcome = try word(outcome, "outcome", CallRecord.Outcome.allCases) {
            all.append("leaf.outcome = \(outcome)")
        }
        if let code = text(code ?? action) { all.append("leaf.code = \(code)") }
        if let rule = text(rule) { all.append("leaf.rule = \(rule)") }
        if let requestID = text(requestID) { all.append("leaf.request_id = \(requestID)") }
        return all
    }

    private func serverCondition(_ server: String, tenant: TenantID) -> Query {
        guard IDGenerator.isID(server.utf8) else { return "leaf.server = \(server)" }
        return """
            leaf.server = coalesce((SELECT slug FROM servers
                WHERE tenant_id = \(tenant) AND id = \(server)::uuid), \(server))
            """
    }

    /// A NUL is in no text of the database.
    private func text(_ value: String?) -> String? {
        value.map { $0.utf8.contains(0) ? "\u{FFFD}" : $0 }
    }

    /// One of a closed vocabulary: a misspelt word must not look like an empty log.
    private func word<Word: RawRepresentable<String>>(
        _ value: String?, _ name: String, _ words: [Word]
    ) throws(Failure) -> String? {
        guard let value else { return nil }
        guard words.contains(where: { $0.rawValue.utf8.elementsEqual(value.utf8) }) else {
            let known = words.map { "`\($0.rawValue)`" }.joined(separator: ", ")
            throw Failure(
                .invalid, "The filter `\(name)` takes one of \(known)",
                errors: [Failure.Field(pointer: name, detail: "must be one of \(known)")])
        }
        return value
    }

    private func uuid(_ value: String?, _ name: String) throws(Failure) -> String? {
        guard let value else { return nil }
        guard IDGenerator.isID(value.utf8) else {
            throw Failure(
                .invalid, "The filter `\(name)` takes an id",
                errors: [Failure.Field(pointer: name, detail: "must be an id (UUID, lower case)")])
        }
        return value
    }
}
