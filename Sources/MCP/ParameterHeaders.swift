// `x-mcp-header`: a tool's schema may ask that an argument is repeated in an `Mcp-Param-*` header,
// so that intermediaries can route by it. Whoever reads the body must hold the two together.
public import Core

/// The arguments of one tool that are mirrored in headers.
public struct ParameterHeaders: Sendable {
    struct Declared: Sendable {
        /// The header's name after `Mcp-Param-`, in lower case.
        var token: [UInt8]
        /// Keys from the arguments' root to the value.
        var path: [[UInt8]]
    }

    let declared: [Declared]

    public var isEmpty: Bool { declared.isEmpty }

    /// Reads the annotations of an `inputSchema`. A schema with an invalid one (not on a pure
    /// `properties` chain, not a token, not string, integer or boolean, named twice) declares
    /// nothing: conforming clients drop such a tool and send no headers for it.
    public init(inputSchema: JSON?) {
        var walk = SchemaWalk()
        if let inputSchema { walk.visit(inputSchema, path: []) }
        declared = walk.isValid ? walk.declared : []
    }

    /// Throws `-32020` unless each declared argument and its header are there together and equal,
    /// or both absent (a null argument is absent). Undeclared headers are nobody's business here.
    public func verify(
        arguments: JSON?, headers: [(name: [UInt8], value: [UInt8])]
    ) throws(RPCError) {
        for one in declared {
            let sent = headers.filter { Self.lower($0.name) == one.token }
            let shown = "Mcp-Param-" + String(decoding: one.token, as: UTF8.self)
            guard sent.count <= 1 else {
                throw .headerMismatch("`\(shown)` appears more than once.")
            }
            let value = Self.value(at: one.path, in: arguments)
            switch (sent.first, value) {
            case (nil, nil): continue
            case (nil, .some(let value)):
                // What no header can carry (an object or a list), none is asked for.
                guard value.kind == .object || value.kind == .array else {
                    throw .headerMismatch("`\(shown)` is missing; it must repeat its argument.")
                }
            case (.some, nil):
                throw .headerMismatch("`\(shown)` is there, but its argument is not.")
            case (.some(let header), .some(let value)):
                guard let decoded = HeaderValue.decode(header.value) else {
                    throw .headerMismatch("`\(shown)` holds base64 that cannot be decoded.")
                }
                guard Self.agree(decoded, value) else {
                    throw .headerMismatch("`\(shown)` and its argument must be the same.")
                }
            }
        }
    }

    private static func value(at path: [[UInt8]], in arguments: JSON?) -> JSON? {
        var node = arguments
        for key in path {
            guard let object = node, object.kind == .object else { return nil }
            node = object.member(key)
        }
        return node?.isNull == true ? nil : node
    }

    private static func agree(_ text: [UInt8], _ value: JSON) -> Bool {
        switch value.kind {
        case .string: return value.equals(text)
        case .bool: return HeaderValue.equal(text, value.bool == true ? "true" : "false")
        case .number:
            if value.lexeme == text { return true }
            guard let left = ExactDecimal(lexeme: text), let right = value.decimal else {
                return false
            }
            return left == right
        case .null, .array, .object: return false
        }
    }

    static func lower(_ bytes: [UInt8]) -> [UInt8] {
        bytes.map { $0 >= UInt8(ascii: "A") && $0 <= UInt8(ascii: "Z") ? $0 | 0x20 : $0 }
    }
}

/// Visits every place of a JSON Schema 2020-12 where a subschema may stand, never data.
private struct SchemaWalk {
    var declared: [ParameterHeaders.Declared] = []
    var isValid = true

    /// `path` is nil once anything but `properties` was crossed.
    mutating func visit(_ schema: JSON, path: [[UInt8]]?) {
        guard schema.kind == .object else { return }
        for member in schema.members {
            let key = member.key
            if key.equals("x-mcp-header") {
                declare(member.value, schema, path)
            } else if key.equals("properties") {
                for property in member.value.members {
                    visit(property.value, path: path.map { $0 + [property.key.utf8] })
                }
            } else if Self.single.contains(where: { key.equals($0) }) {
                visit(member.value, path: nil)
            } else if Self.lists.contains(where: { key.equals($0) }) {
                for element in member.value.elements { visit(element, path: nil) }
            } else if Self.maps.contains(where: { key.equals($0) }) {
                for element in member.value.members { visit(element.value, path: nil) }
            }
        }
    }

    private mutating func declare(_ name: JSON, _ schema: JSON, _ path: [[UInt8]]?) {
        guard let path, !path.isEmpty, let name = name.utf8, Self.isToken(name),
            let type = schema["type"],
            type.equals("string") || type.equals("integer") || type.equals("boolean")
        else {
            isValid = false
            return
        }
        let token = ParameterHeaders.lower(name)
        if declared.contains(where: { $0.token == token }) { isValid = false }
        declared.append(.init(token: token, path: path))
    }

    /// RFC 9110 section 5.6.2.
    private static func isToken(_ bytes: [UInt8]) -> Bool {
        !bytes.isEmpty
            && bytes.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"):
                    true
                default: marks.contains(byte)
                }
            }
    }

    private static let marks = Array("!#$%&'*+-.^_`|~".utf8)
    private static let single: [StaticString] = [
        "items", "contains", "unevaluatedItems", "additionalProperties", "propertyNames",
        "unevaluatedProperties", "not", "if", "then", "else", "contentSchema",
    ]
    private static let lists: [StaticString] = ["allOf", "anyOf", "oneOf", "prefixItems"]
    private static let maps: [StaticString] = [
        "patternProperties", "dependentSchemas", "$defs", "definitions",
    ]
}
