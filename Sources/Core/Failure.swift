/// The one shape in which something fails at a boundary.
///
/// `message` is for whoever must act and may reach the wire; `detail` is for the log and never
/// does. `description` shows neither, so that a stray interpolation leaks nothing.
public struct Failure: Error, Sendable, CustomStringConvertible {
    /// The closed set of reasons. HTTP maps them to a status in exactly one file, JSON-RPC to a
    /// code in exactly one other.
    public enum Code: String, Sendable, CaseIterable {
        case malformed
        case invalid
        case unauthenticated
        case forbidden
        case notFound = "not_found"
        case methodNotAllowed = "method_not_allowed"
        case notAcceptable = "not_acceptable"
        case conflict
        case preconditionFailed = "precondition_failed"
        case preconditionRequired = "precondition_required"
        case tooLarge = "too_large"
        case unsupportedMediaType = "unsupported_media_type"
        case headerMismatch = "header_mismatch"
        case rateLimited = "rate_limited"
        case timeout
        case cancelled
        case upstreamUnavailable = "upstream_unavailable"
        case upstreamInvalid = "upstream_invalid"
        case auditUnavailable = "audit_unavailable"
        case unavailable
        case `internal`
    }

    /// One thing wrong with a submitted document.
    public struct Field: Sendable, Equatable {
        /// RFC 6901 pointer, or a policy path such as `tools.create_refund.rules[2].when`.
        public var pointer: String
        /// What is wrong and what would be right.
        public var detail: String

        public init(pointer: String, detail: String) {
            self.pointer = pointer
            self.detail = detail
        }
    }

    public var code: Code
    public var message: String
    public var detail: String?
    public var errors: [Field]
    public var retryAfterSeconds: Int?
    /// The database constraint that refused a write, when that is what happened.
    public var constraint: String?
    /// A write was sent and no answer came: it may have happened or not. Never true for a refusal.
    public var outcomeUnknown = false

    public init(
        _ code: Code, _ message: String, detail: String? = nil, errors: [Field] = [],
        retryAfterSeconds: Int? = nil, constraint: String? = nil
    ) {
        self.code = code
        self.message = message
        self.detail = detail
        self.errors = errors
        self.retryAfterSeconds = retryAfterSeconds
        self.constraint = constraint
    }

    public var description: String { "Failure(\(code.rawValue))" }
}
