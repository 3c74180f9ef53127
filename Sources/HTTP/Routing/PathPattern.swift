/// A route's path: literal segments, `{name}` for exactly one segment, `{name...}` last for the
/// rest (one or more). `/servers/{id}/tools`.
public struct PathPattern: Sendable, Equatable, CustomStringConvertible {
    public enum Part: Sendable, Equatable {
        case literal([UInt8])
        case parameter(String)
        case rest(String)
    }

    public let text: String
    public let parts: [Part]

    /// Traps on a pattern that is not one: patterns are literals of the program.
    public init(_ text: String) {
        precondition(text.utf8.first == .slash, "a pattern begins with a slash: \(text)")
        self.text = text
        let pieces = text.utf8.dropFirst().split(
            separator: UInt8.slash, omittingEmptySubsequences: false)
        self.parts = text.utf8.count == 1 ? [] : pieces.map { Self.part(String($0) ?? "") }
        let rest = parts.dropLast().contains { if case .rest = $0 { true } else { false } }
        precondition(!rest, "`{name...}` stands last: \(text)")
    }

    public var description: String { text }

    /// The names of its parameters in order.
    public var parameterNames: [String] {
        parts.compactMap { part in
            switch part {
            case .literal: nil
            case .parameter(let name), .rest(let name): name
            }
        }
    }

    private static func part(_ piece: String) -> Part {
        let bytes = Array(piece.utf8)
        guard bytes.first == UInt8(ascii: "{"), bytes.last == UInt8(ascii: "}") else {
            return .literal(bytes)
        }
        let inner = bytes[1..<bytes.count - 1]
        let dots = Array("...".utf8)
        if inner.count > 3, Array(inner.suffix(3)) == dots {
            return .rest(String(decoding: inner.dropLast(3), as: UTF8.self))
        }
        return .parameter(String(decoding: inner, as: UTF8.self))
    }

    /// The parameters' values when the segments fit; an empty segment fits no parameter.
    func match(_ segments: [String]) -> PathParameters? {
        var values: [String] = []
        for (index, part) in parts.enumerated() {
            guard index < segments.count else { return nil }
            switch part {
            case .literal(let bytes):
                guard segments[index].utf8.elementsEqual(bytes) else { return nil }
            case .parameter:
                guard !segments[index].utf8.isEmpty else { return nil }
                values.append(segments[index])
            case .rest:
                values.append(segments[index...].joined(separator: "/"))
                return PathParameters(names: parameterNames, values: values)
            }
        }
        guard segments.count == parts.count else { return nil }
        return PathParameters(names: parameterNames, values: values)
    }
}

/// The values of a pattern's parameters in one request, percent-decoded.
public struct PathParameters: Sendable {
    private let names: [String]
    private let values: [String]

    init(names: [String], values: [String]) {
        self.names = names
        self.values = values
    }

    /// The value of a parameter. Traps on a name that the pattern does not have.
    public subscript(name: StaticString) -> String {
        let wanted = bytes(of: name)
        guard let index = names.firstIndex(where: { $0.utf8.elementsEqual(wanted) }) else {
            preconditionFailure("the route has no parameter `\(name)`")
        }
        return values[index]
    }
}
