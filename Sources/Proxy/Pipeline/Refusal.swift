// A request that goes no further: what its sender is told, and what is put on record first.
internal import Core
internal import Governance
internal import HTTP
internal import MCP
internal import Vault

struct Refusal: Error {
    var response: Response
    /// The request's id, where it could be read.
    var id: RequestID?
    /// What must be durable before the answer leaves; nil when it stands already or cannot.
    var record: CallRecord?
    var payload: ArgumentPayload?
    var keys: TenantKeys?
    /// Whether it is nobody's in particular: such refusals are counted together.
    var isStranger = false

    init(_ error: RPCError, id: RequestID? = nil, record: CallRecord? = nil) {
        self.init(error.response(id: id), id: id, record: record)
    }

    init(_ response: Response, id: RequestID?, record: CallRecord?) {
        self.response = response
        self.id = id
        self.record = record
    }
}

extension Gateway {
    /// A refusal of somebody known, to be recorded in their tenant's log.
    func refusal(
        _ error: RPCError, _ arrival: Arrival, _ access: any Access, id: RequestID? = nil,
        message: ClientMessage? = nil
    ) -> Refusal {
        var record = newRecord(.refused, arrival, access.holder, .refused)
        record.code = Self.recordCode(of: error.failure)
        record.server = access.upstream.slug
        record.describe(message)
        return Refusal(error, id: id, record: record)
    }

    /// The record's word for a refused request: few, so that they can be searched for.
    private static func recordCode(of code: Failure.Code) -> String {
        switch code {
        case .tooLarge, .unsupportedMediaType, .notAcceptable, .methodNotAllowed, .invalid,
            .cancelled,
            .timeout:
            Failure.Code.malformed.rawValue
        default: code.rawValue
        }
    }
}

extension RPCError {
    /// The log cannot be written: nothing happens without a record.
    static var auditUnavailable: RPCError {
        RPCError(
            Failure(
                .auditUnavailable,
                "The audit log cannot be written, so nothing was forwarded. Try again later.",
                retryAfterSeconds: 1))
    }

    /// The call was forwarded, but how it ended could not be recorded.
    static var outcomeUnrecorded: RPCError {
        RPCError(
            Failure(
                .auditUnavailable,
                "The audit log cannot be written. The call was forwarded and its effect is "
                    + "unknown: check before you repeat it.", retryAfterSeconds: 1))
    }

    func response(id: RequestID?) -> Response {
        var response = Response.json(status, body(id: id))
        if let retryAfterSeconds {
            response.headers.add("Retry-After", String(retryAfterSeconds))
        }
        if status == 405 { response.headers.add("Allow", "POST") }
        return response
    }
}

extension Response {
    /// A JSON answer that no cache keeps.
    static func json(_ status: Int, _ bytes: [UInt8]) -> Response {
        var response = Response(status: status, type: "application/json", bytes)
        response.headers.add("Cache-Control", "no-store")
        return response
    }
}
