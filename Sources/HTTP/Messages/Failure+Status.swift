public import Core

extension Failure.Code {
    /// The HTTP status of a failure: the one place where they are mapped.
    public var status: Int {
        switch self {
        case .malformed, .invalid, .headerMismatch: 400
        case .unauthenticated: 401
        case .forbidden: 403
        case .notFound: 404
        case .methodNotAllowed: 405
        case .notAcceptable: 406
        case .conflict: 409
        case .preconditionFailed: 412
        case .tooLarge: 413
        case .unsupportedMediaType: 415
        case .preconditionRequired: 428
        case .rateLimited: 429
        case .cancelled: 499
        case .internal: 500
        case .upstreamUnavailable, .upstreamInvalid: 502
        case .auditUnavailable, .unavailable: 503
        case .timeout: 504
        }
    }
}
