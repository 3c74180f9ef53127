// The one place where a `Failure` becomes an HTTP status and a JSON-RPC code. What JSON-RPC and MCP
// have no code for carries its HTTP status as code: outside the reserved range, and told apart
// by `data.code`.
public import Core

extension RPCError {
    /// The failure as a client of the MCP endpoint sees it; its `detail` stays behind.
    public init(_ failure: Failure) {
        let (status, code) = Self.numbers(of: failure.code)
        self.init(
            status: status, code: code, failure.message, failure.code,
            data: .object([.init("code", .string(failure.code.rawValue))]),
            retryAfterSeconds: failure.retryAfterSeconds)
    }

    private static func numbers(of code: Failure.Code) -> (status: Int, code: Int) {
        switch code {
        case .malformed: (400, -32600)
        case .invalid: (400, -32602)
        case .unauthenticated: (401, 401)
        case .forbidden: (403, 403)
        case .notFound: (404, 404)
        case .methodNotAllowed: (405, 405)
        case .notAcceptable: (406, 406)
        case .conflict: (409, 409)
        case .preconditionFailed: (412, 412)
        case .tooLarge: (413, 413)
        case .unsupportedMediaType: (415, 415)
        case .preconditionRequired: (428, 428)
        case .headerMismatch: (400, -32020)
        case .rateLimited: (429, 429)
        case .cancelled: (499, 499)
        case .internal: (500, -32603)
        case .upstreamUnavailable, .upstreamInvalid: (502, 502)
        case .auditUnavailable, .unavailable: (503, 503)
        case .timeout: (504, 504)
        }
    }
}
