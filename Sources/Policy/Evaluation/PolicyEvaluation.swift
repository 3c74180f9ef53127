public import Core

/// `policy eval` and `POST /policies/{id}/evaluations`: a call and a context as JSON, decided
/// without a database.
///
/// Call: `{"tool", "args"}`. Context, all optional: `{"server", "class", "severity", "agent",
/// "grant", "time", "counters", "prior"}`. A counter that the context leaves out stands at zero.
public struct PolicyEvaluation: Sendable {
    public let decision: Decision
    /// The decision as it is printed.
    public let serialized: [UInt8]
    /// What the inputs hold that the policy does not look at, for whoever reads stderr.
    public let notes: [String]

    /// Decides from texts.
    ///
    /// - Parameter name: what to print as `policy`.
    /// - Parameter now: the time, where the context gives none.
    public static func evaluate(
        _ policy: CompiledPolicy, name: String?, call: [UInt8], context: [UInt8]?, now: Timestamp
    ) -> Result<PolicyEvaluation, PolicyIssues> {
        var issues: [PolicyIssue] = []
        let call = parsed(call, "call", &issues)
        let context = context.flatMap { parsed($0, "context", &issues) }
        guard let call, issues.isEmpty else { return .failure(PolicyIssues(issues)) }
        return evaluate(policy, name: name, call: call, context: context, now: now)
    }

    /// Decides from parsed JSON.
    public static func evaluate(
        _ policy: CompiledPolicy, name: String?, call: JSON, context: JSON?, now: Timestamp
    ) -> Result<PolicyEvaluation, PolicyIssues> {
        var reader = EvaluationReader()
        var subject = reader.call(call)
        let (settings, counters) = reader.context(context, now: now)
        guard reader.issues.isEmpty else { return .failure(PolicyIssues(reader.issues)) }
        subject.server = settings.server
        var decisionContext = PolicyContext(time: settings.time, explains: true)
        for reference in policy.counters(for: subject, at: settings.time) {
            decisionContext.counters[reference] = counters[[UInt8](reference.name.utf8)] ?? .zero
        }
        let decision = policy.decide(subject, context: decisionContext)
        let kept = Set(policy.counterNames.map { [UInt8]($0.utf8) })
        let notes = counters.keys.filter { !kept.contains($0) }
            .map { String(decoding: $0, as: UTF8.self) }.sorted()
            .map { "the policy keeps no counter `\($0)`; it is not looked at" }
        let evaluation = PolicyEvaluation(
            decision: decision, serialized: decision.serialized(policy: name), notes: notes)
        return .success(evaluation)
    }

    private static func parsed(
        _ bytes: [UInt8], _ what: String, _ issues: inout [PolicyIssue]
    ) -> JSON? {
        do throws(JSONError) {
            return try JSON.parse(bytes)
        } catch {
            let (line, _) = YAML.position(error.offset, in: bytes)
            issues.append(PolicyIssue(pointer: what, line: line, message: error.message))
            return nil
        }
    }
}
