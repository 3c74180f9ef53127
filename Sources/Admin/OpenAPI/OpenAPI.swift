internal import Core
internal import HTTP

/// The OpenAPI 3.1 document, made from the route table so that it cannot say anything else.
enum OpenAPI {
    static func document(_ endpoints: [Endpoint], prefix: String) -> JSONValue {
        var paths: [(path: String, operations: [JSONValue.Member])] = []
        for endpoint in endpoints {
            let operation = JSONValue.Member(
                endpoint.method.name.lowercased(), operation(endpoint))
            if let index = paths.firstIndex(where: { $0.path == endpoint.path }) {
                paths[index].operations.append(operation)
            } else {
                paths.append((endpoint.path, [operation]))
            }
        }
        return [
            "openapi": "3.1.0",
            "info": [
                "title": "Bailiwick", "version": "1",
                "description": "Governance for AI agents: servers, policies, grants, the record.",
            ],
            "servers": [["url": .string(prefix)]],
            "security": [["token": []]],
            "paths": .object(paths.map { .init($0.path, .object($0.operations)) }),
            "components": [
                "securitySchemes": [
                    "token": ["type": "http", "scheme": "bearer", "bearerFormat": "bwk_"]
                ],
                "schemas": .object(schemas(endpoints)),
            ],
        ]
    }

    private static func operation(_ endpoint: Endpoint) -> JSONValue {
        var members: [JSONValue.Member] = [
            .init("summary", .string(endpoint.summary)),
            .init("operationId", .string(operationID(endpoint))),
            .init("x-permission", .string(endpoint.permission.rawValue)),
        ]
        let parameters = parameters(endpoint)
        if !parameters.isEmpty { members.append(.init("parameters", .array(parameters))) }
        if let input = endpoint.input {
            members.append(
                .init(
                    "requestBody",
                    [
                        "required": .bool(input.fields.contains(where: \.required)),
                        "content": ["application/json": ["schema": reference(input.name)]],
                    ]))
        }
        members.append(.init("responses", responses(endpoint)))
        return .object(members)
    }

    private static func operationID(_ endpoint: Endpoint) -> String {
        let words = endpoint.path.split(separator: "/").map { part in
            part.filter { $0.isLetter || $0.isNumber }
        }
        return ([endpoint.method.name.lowercased()] + words).joined(separator: "_")
    }

    private static func parameters(_ endpoint: Endpoint) -> [JSONValue] {
        var parameters = PathPattern(endpoint.path).parameterNames.map { name in
            parameter(name, in: "path", required: true)
        }
        if endpoint.output?.isPage == true {
            parameters += ["limit", "page_token"].map { parameter($0, in: "query") }
        }
        parameters += endpoint.filters.map { parameter($0, in: "query") }
        if endpoint.precondition != .none {
            let isRequired = endpoint.precondition == .ifMatch
            parameters.append(parameter("If-Match", in: "header", required: isRequired))
        }
        if endpoint.isWrite { parameters.append(parameter("Idempotency-Key", in: "header")) }
        return parameters
    }

    private static func parameter(
        _ name: String, in place: String, required: Bool = false
    ) -> JSONValue {
        [
            "name": .string(name), "in": .string(place), "required": .bool(required),
            "schema": ["type": name == "limit" ? "integer" : "string"],
        ]
    }

    private static func responses(_ endpoint: Endpoint) -> JSONValue {
        var success: [JSONValue.Member] = [.init("description", .string("done"))]
        if let output = endpoint.output {
            success.append(
                .init("content", ["application/json": ["schema": reference(output.name)]]))
        }
        let problem: JSONValue = [
            "description": "refused",
            "content": ["application/problem+json": ["schema": reference("Problem")]],
        ]
        let status = endpoint.output == nil ? "204" : "2XX"
        return .object([.init(status, .object(success)), .init("default", problem)])
    }

    private static func schemas(_ endpoints: [Endpoint]) -> [JSONValue.Member] {
        var seen: [String] = []
        var members: [JSONValue.Member] = []
        for shape in [Shapes.problem]
            + endpoints.flatMap({ [$0.input, $0.output].compactMap(\.self) })
            + Shapes.nested
        where !seen.contains(shape.name) {
            seen.append(shape.name)
            members.append(.init(shape.name, schema(shape)))
        }
        return members
    }

    private static func schema(_ shape: Shape) -> JSONValue {
        let properties = shape.fields.map { field in
            var kind = type(field.kind)
            if !field.help.isEmpty { kind.append(.init("description", .string(field.help))) }
            return JSONValue.Member(field.name, .object(kind))
        }
        var members: [JSONValue.Member] = [
            .init("type", "object"), .init("properties", .object(properties)),
        ]
        let required = shape.fields.filter(\.required).map { JSONValue.string($0.name) }
        if !required.isEmpty { members.append(.init("required", .array(required))) }
        return .object(members)
    }

    private static func type(_ kind: Shape.Kind) -> [JSONValue.Member] {
        switch kind {
        case .string: [.init("type", "string")]
        case .bool: [.init("type", "boolean")]
        case .integer: [.init("type", "integer")]
        case .timestamp: [.init("type", "string"), .init("format", "date-time")]
        case .strings: [.init("type", "array"), .init("items", ["type": "string"])]
        case .labels:
            [.init("type", "object"), .init("additionalProperties", ["type": "string"])]
        case .oneOf(let words):
            [.init("type", "string"), .init("enum", .array(words.map { .string($0) }))]
        case .version: [.init("oneOf", [["type": "integer"], ["const": "active"]])]
        case .any: []
        case .list(let name): [.init("type", "array"), .init("items", reference(name))]
        case .object(let name): [.init("$ref", .string("#/components/schemas/\(name)"))]
        }
    }

    private static func reference(_ name: String) -> JSONValue {
        ["$ref": .string("#/components/schemas/\(name)")]
    }
}

extension Shape {
    /// A list: an object with `items` and `next_page`.
    var isPage: Bool { fields.contains { $0.name == "next_page" } }

    /// A page of objects of another shape.
    static func page(of shape: Shape) -> Shape {
        Shape(
            "\(shape.name)Page",
            [
                Field("items", .list(shape.name), required: true),
                Field("next_page", .string, "send it as page_token; absent on the last page"),
            ])
    }
}
