internal import Core
internal import HTTP

/// Failures on the wire: RFC 9457 problem details.
enum Problem {
    /// The answer to a request that failed. `detail` of the failure never leaves.
    static func response(_ failure: Failure, path: String, requestID: String) -> Response {
        var members: [JSONValue.Member] = [
            .init("type", .string("urn:bailiwick:problem:\(failure.code.rawValue)")),
            .init("title", .string(title(failure.code))),
            .init("status", .int(failure.code.status)),
            .init("detail", .string(failure.message)),
            .init("instance", .string(path)),
            .init("code", .string(failure.code.rawValue)),
            .init("request_id", .string(requestID)),
        ]
        if !failure.errors.isEmpty {
            let errors = failure.errors.map { field -> JSONValue in
                ["pointer": .string(field.pointer), "detail": .string(field.detail)]
            }
            members.append(.init("errors", .array(errors)))
        }
        var response = Response(
            status: failure.code.status, type: "application/problem+json",
            JSONValue.object(members).serialized())
        if failure.code == .unauthenticated {
            response.headers.set("www-authenticate", "Bearer realm=\"bailiwick\"")
        }
        if let seconds = failure.retryAfterSeconds {
            response.headers.set("retry-after", String(seconds))
        }
        return response
    }

    private static func title(_ code: Failure.Code) -> String {
        let words = code.rawValue.split(separator: "_").joined(separator: " ")
        return words.prefix(1).uppercased() + words.dropFirst()
    }
}
