internal import Core

/// The members of a JSON object that the API takes or gives. The same literal checks a request
/// body, with every error at once, and describes it in the OpenAPI document.
struct Shape: Sendable {
    enum Kind: Sendable {
        case string
        case bool
        case integer
        /// RFC 3339.
        case timestamp
        case strings
        /// A map from strings to strings.
        case labels
        case oneOf([String])
        /// A version number or the word `active`.
        case version
        /// Any JSON.
        case any
        case list(String)
        case object(String)
    }

    struct Field: Sendable {
        let name: String
        let kind: Kind
        let required: Bool
        let help: String

        init(_ name: String, _ kind: Kind, required: Bool = false, _ help: String = "") {
            self.name = name
            self.kind = kind
            self.required = required
            self.help = help
        }
    }

    /// The schema's name in the OpenAPI document.
    let name: String
    let fields: [Field]

    init(_ name: String, _ fields: [Field]) {
        self.name = name
        self.fields = fields
    }
}

extension Shape {
    /// Checks an object against the shape: unknown members, missing ones and wrong types, all at
    /// once, each with its RFC 6901 pointer.
    func check(_ body: JSON?) throws(Failure) -> Input {
        guard body?.isObject != false else {
            throw Failure(.invalid, "a JSON object is expected as the body")
        }
        var errors: [Failure.Field] = []
        for member in body.map({ Array($0.members) }) ?? [] where !knows(member.key) {
            let known = fields.map { "`\($0.name)`" }.joined(separator: ", ")
            errors.append(
                Failure.Field(
                    pointer: "/\(member.key.string)",
                    detail: "is unknown here; \(known.isEmpty ? "nothing" : known) is taken"))
        }
        for field in fields {
            let value = body?.member(Array(field.name.utf8))
            if value == nil || value?.isNull == true {
                if field.required {
                    errors.append(Failure.Field(pointer: "/\(field.name)", detail: "is required"))
                }
            } else if let value, let wrong = field.kind.problem(value) {
                errors.append(Failure.Field(pointer: "/\(field.name)", detail: wrong))
            }
        }
        guard errors.isEmpty else {
            throw Failure(.invalid, "the body is not what \(name) takes", errors: errors)
        }
        return Input(body)
    }

    private func knows(_ key: JSONString) -> Bool {
        fields.contains { key.equals(Array($0.name.utf8)) }
    }
}

extension Shape.Kind {
    /// What is wrong with a value of this kind, or nil.
    func problem(_ value: JSON) -> String? {
        switch self {
        case .string: value.kind == .string ? nil : "is a string"
        case .bool: value.kind == .bool ? nil : "is true or false"
        case .integer: value.int != nil ? nil : "is a whole number"
        case .timestamp:
            value.string.flatMap { Timestamp(rfc3339: $0) } != nil
                ? nil : "is a time such as 2027-01-31T12:00:00Z"
        case .strings:
            value.isArray && value.elements.allSatisfy { $0.kind == .string }
                ? nil : "is a list of strings"
        case .labels:
            value.isObject && value.members.allSatisfy { $0.value.kind == .string }
                ? nil : "is an object with string values"
        case .oneOf(let words):
            words.contains { value.equals(Array($0.utf8)) }
                ? nil : "is one of \(words.map { "`\($0)`" }.joined(separator: ", "))"
        case .version:
            value.int.map { $0 > 0 } == true || value.equals("active")
                ? nil : "is a version number or `active`"
        case .any: nil
        case .list: value.isArray ? nil : "is a list"
        case .object: value.isObject ? nil : "is an object"
        }
    }
}

/// A request body that fits its shape, with typed access. Without a body every member is absent.
struct Input: Sendable {
    private let body: JSON?

    init(_ body: JSON?) {
        self.body = body
    }

    /// The member, unless it is absent or null.
    subscript(_ name: StaticString) -> JSON? {
        body?[name].flatMap { $0.isNull ? nil : $0 }
    }

    func string(_ name: StaticString) -> String { self[name]?.string ?? "" }
    func optional(_ name: StaticString) -> String? { self[name]?.string }
    func bool(_ name: StaticString) -> Bool? { self[name]?.bool }
    func int(_ name: StaticString) -> Int? { self[name]?.int }
    func timestamp(_ name: StaticString) -> Timestamp? {
        self[name]?.string.flatMap { Timestamp(rfc3339: $0) }
    }
    func strings(_ name: StaticString) -> [String] {
        self[name]?.elements.compactMap(\.string) ?? []
    }
    func labels(_ name: StaticString) -> [String: String] {
        var labels: [String: String] = [:]
        for member in self[name].map({ Array($0.members) }) ?? [] {
            labels[member.key.string] = member.value.string
        }
        return labels
    }
}
