// The REST surface: one route table, one way in. A request is authenticated, matched, checked and
// only then handled; whatever fails is a problem document.

internal import Core
internal import Governance
public import HTTP

/// `/api/v1`.
public struct AdminAPI: Sendable {
    /// Where the API begins; everything else is somebody else's.
    public static let prefix = "/api/v1"

    private let services: Services
    private let table: RouteTable<Void, Endpoint>
    private let openAPI: [UInt8]

    init(services: Services, endpoints: [Endpoint]) {
        self.services = services
        self.table = RouteTable(
            endpoints.map { endpoint in
                Route(endpoint.method, Self.prefix + endpoint.path, endpoint) {
                    (_, _, _) throws(Failure) in Response(status: 500)
                }
            })
        self.openAPI = OpenAPI.document(endpoints, prefix: Self.prefix).serialized()
    }

    /// Answers one request. `requestID` stands in the answer and in the record.
    public func handle(_ request: Request, requestID: String) async -> Response {
        var response: Response
        do {
            response = try await answer(request, requestID: requestID)
        } catch {
            if error.code == .internal || error.code == .unavailable {
                services.log.error(
                    "api.failed",
                    ["request_id": .string(requestID), "detail": .string(error.detail ?? "")])
            }
            response = Problem.response(
                error, path: request.target.path, requestID: requestID)
        }
        response.headers.set("x-request-id", requestID)
        response.headers.set("cache-control", "no-store")
        response.headers.set("x-content-type-options", "nosniff")
        return response
    }

    private func answer(_ request: Request, requestID: String) async throws(Failure) -> Response {
        if request.method == .get,
            request.target.path.utf8.elementsEqual(
                "\(Self.prefix)/openapi.json".utf8)
        {
            return Response(type: "application/json", openAPI)
        }
        let principal = try await authenticate(request)
        switch table.match(request.method, request.target) {
        case .found(let route, let parameters):
            return try await perform(
                route.permission, parameters, request, as: principal, requestID: requestID)
        case .methodNotAllowed(let allow):
            var response = Problem.response(
                Failure(.methodNotAllowed, "\(request.target.path) takes \(allow)"),
                path: request.target.path, requestID: requestID)
            response.headers.set("allow", allow)
            return response
        case .notFound:
            throw Failure(.notFound, "There is no such resource; see \(Self.prefix)/openapi.json")
        case .malformed(let failure):
            throw failure
        }
    }

    private func authenticate(_ request: Request) async throws(Failure) -> Principal {
        let stranger = Failure(
            .unauthenticated,
            "An API token is required: send `Authorization: Bearer bwk_…`, made by "
                + "`bailiwick token create` or POST \(Self.prefix)/api-tokens")
        guard request.headers.count(of: "authorization") == 1,
            let value = request.headers.bytes("authorization"),
            let token = BearerToken.read(value)
        else { throw stranger }
        do {
            return try await services.governance.apiTokens.authenticate(token)
        } catch {
            throw error.code == .unauthenticated ? stranger : error
        }
    }

    private func perform(
        _ endpoint: Endpoint, _ parameters: PathParameters, _ request: Request,
        as principal: Principal, requestID: String
    ) async throws(Failure) -> Response {
        guard endpoint.permission.isHeld(by: principal) else {
            throw Failure(
                .forbidden,
                "This needs the permission `\(endpoint.permission.rawValue)`, which "
                    + endpoint.permission.roles.map { "`\($0.rawValue)`" }.joined(separator: ", ")
                    + " may do")
        }
        let body = try await request.body.collect()
        let input = try read(body, of: request, for: endpoint)
        var expected = 0
        let isConditional =
            switch endpoint.precondition {
            case .none: false
            case .ifMatch: true
            case .ifMatchWhereSent: request.headers.contains("if-match")
            }
        if isConditional { expected = try Preconditions.expectedVersion(request.headers) }
        let replay = endpoint.isWrite ? try Preconditions.replayKey(request, body: body) : nil
        let call = Call(
            principal: principal, requestID: requestID, parameters: parameters,
            query: try query(request, for: endpoint), input: input, expectedVersion: expected,
            isConditional: isConditional, replay: replay, services: services)
        return response(try await endpoint.handler(call))
    }

    /// The query's items. An unknown name is refused: an answer that silently ignored a misspelt
    /// filter would be taken for evidence.
    private func query(
        _ request: Request, for endpoint: Endpoint
    ) throws(Failure) -> [QueryItem] {
        let items = try request.target.queryItems()
        let paging = endpoint.output?.isPage == true ? ["limit", "page_token"] : []
        let known = paging + endpoint.filters
        let unknown = items.filter { item in
            !known.contains { $0.utf8.elementsEqual(item.name.utf8) }
        }
        guard unknown.isEmpty else {
            let names =
                known.isEmpty ? "none" : known.map { "`\($0)`" }.joined(separator: ", ")
            throw Failure(
                .invalid, "unknown query parameter; this resource takes \(names)",
                errors: unknown.map { .init(pointer: "/\($0.name)", detail: "is unknown here") })
        }
        return items
    }

    private func read(
        _ body: [UInt8], of request: Request, for endpoint: Endpoint
    ) throws(Failure) -> Input {
        guard let shape = endpoint.input else { return Input(nil) }
        if body.isEmpty { return try shape.check(nil) }
        let type = request.headers["content-type"] ?? ""
        guard type.lowercased().utf8.starts(with: "application/json".utf8) else {
            throw Failure(.unsupportedMediaType, "send the body as application/json")
        }
        let json: JSON
        do {
            json = try JSON.parse(body)
        } catch {
            throw Failure(.malformed, "the body is not JSON that can be read: \(error.message)")
        }
        return try shape.check(json)
    }

    private func response(_ answer: Answer) -> Response {
        var response =
            answer.body.map {
                Response(status: answer.status, type: "application/json", $0)
            } ?? Response(status: answer.status)
        if let version = answer.version {
            response.headers.set("etag", Preconditions.entityTag(version))
        }
        if let location = answer.location {
            response.headers.set("location", Self.prefix + location)
        }
        return response
    }
}
