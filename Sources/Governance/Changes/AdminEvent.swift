internal import Core

/// What a state change says about itself, for the admin log.
struct AdminEvent: Sendable {
    /// `<noun>.<verb>`, such as `server.create`.
    let action: String
    /// The noun, as in the route: `server`, `grant`.
    let objectKind: String
    let objectID: String
    /// The object's state before and after, without secrets; only digests of it are recorded.
    var before: JSONValue?
    var after: JSONValue?
    /// What may stand in clear beside the digests, such as a policy's version number.
    var details: [JSONValue.Member] = []
}
