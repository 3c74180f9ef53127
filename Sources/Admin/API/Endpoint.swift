internal import Core
internal import Governance
internal import HTTP

/// One line of the API's route table. It cannot be written without its permission.
struct Endpoint: Sendable {
    /// What must be said in a request beside its body.
    enum Precondition: Sendable {
        case none
        /// `If-Match` with the object's entity tag (RFC 9110 §13.1.1).
        case ifMatch
        /// As `ifMatch`, but whoever leaves it out means the object whatever its version.
        case ifMatchWhereSent
    }

    typealias Handler = @Sendable (Call) async throws(Failure) -> Answer

    let method: Method
    let path: String
    let permission: Permission
    let summary: String
    let precondition: Precondition
    let input: Shape?
    let output: Shape?
    /// Names of the query parameters beside `limit` and `page_token`.
    let filters: [String]
    let handler: Handler

    init(
        _ method: Method, _ path: String, _ permission: Permission, _ summary: String,
        precondition: Precondition = .none, input: Shape? = nil, output: Shape? = nil,
        filters: [String] = [], handler: @escaping Handler
    ) {
        self.method = method
        self.path = path
        self.permission = permission
        self.summary = summary
        self.precondition = precondition
        self.input = input
        self.output = output
        self.filters = filters
        self.handler = handler
    }

    var isWrite: Bool { method != .get }
}

/// What a handler is called with: the caller, the checked request and the services.
struct Call: Sendable {
    let principal: Principal
    let requestID: String
    let parameters: PathParameters
    let query: [QueryItem]
    /// The body, checked against the endpoint's shape; empty where there is none.
    let input: Input
    /// The version that `If-Match` names, where the endpoint asks for one.
    let expectedVersion: Int
    /// Whether `If-Match` names a version.
    let isConditional: Bool
    let replay: ReplayKey?
    let services: Services

    var tenant: TenantID { principal.tenant }

    /// Under what this call changes state.
    var change: Change {
        Change(principal, requestID: requestID, reason: input.optional("reason"), replay: replay)
    }

    /// A path parameter.
    subscript(_ name: StaticString) -> String { parameters[name] }

    /// A query parameter's value; the first one counts.
    func filter(_ name: StaticString) -> String? {
        let wanted = name.description
        return query.first { $0.name.utf8.elementsEqual(wanted.utf8) }?.value
    }

    /// `limit` and `page_token`.
    func page() throws(Failure) -> PageRequest {
        guard let text = filter("limit") else { return PageRequest(token: filter("page_token")) }
        guard let limit = Int(text), limit > 0 else {
            throw Failure(
                .invalid, "`limit` is a whole number from 1 to \(Limits.pageItemsMax)",
                errors: [Failure.Field(pointer: "/limit", detail: "is a positive number")])
        }
        return PageRequest(limit: limit, token: filter("page_token"))
    }
}

/// What a handler answers.
struct Answer: Sendable {
    var status = 200
    /// The body's JSON text; nil for none.
    var body: [UInt8]?
    /// The object's version, for its entity tag.
    var version: Int?
    /// `Location` of what was made.
    var location: String?

    init(status: Int = 200, raw: [UInt8]?, version: Int? = nil, location: String? = nil) {
        self.status = status
        self.body = raw
        self.version = version
        self.location = location
    }

    static func object(_ body: JSONValue, version: Int? = nil) -> Answer {
        Answer(raw: body.serialized(), version: version)
    }

    static func created(_ body: JSONValue, version: Int? = nil, at location: String) -> Answer {
        Answer(status: 201, raw: body.serialized(), version: version, location: location)
    }

    static let nothing = Answer(status: 204, raw: nil)

    /// A page of a list: `{"items": […], "next_page": "…"}`, the latter absent on the last page.
    static func list(_ items: [JSONValue], next: String?) -> Answer {
        var members = [JSONValue.Member("items", .array(items))]
        if let next { members.append(JSONValue.Member("next_page", .string(next))) }
        return Answer(raw: JSONValue.object(members).serialized())
    }
}
