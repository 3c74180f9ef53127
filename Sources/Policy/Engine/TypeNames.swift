import Core

/// Types in explanations. Values never stand there.
extension ArgumentSlots {
    static func typeName(of found: Found?) -> String { found?.value.kind.typeName ?? "absent" }
}

extension JSON.Kind {
    var typeName: String {
        switch self {
        case .null: "null"
        case .bool: "boolean"
        case .number: "number"
        case .string: "string"
        case .array: "list"
        case .object: "object"
        }
    }
}

extension Test {
    /// What types the operator compares with.
    var expectedTypes: String {
        switch self {
        case .equal(let operand), .notEqual(let operand): operand.kind.typeName
        case .anyOf(let operands), .noneOf(let operands): Self.names(of: operands)
        case .less, .lessOrEqual, .greater, .greaterOrEqual: "number"
        case .matches: "string"
        case .contains(let operand):
            operand.kind == .string ? "string or list" : "list"
        case .exists(let expected): expected ? "present" : "absent"
        }
    }

    /// The bound that an upper comparison sets.
    var upperBound: Limit.Bound? {
        switch self {
        case .less(let max): Limit.Bound(max: max, isExclusive: true)
        case .lessOrEqual(let max): Limit.Bound(max: max, isExclusive: false)
        default: nil
        }
    }

    private static func names(of operands: [Operand]) -> String {
        var names: [String] = []
        for operand in operands {
            let name = operand.kind.typeName
            if !names.contains(where: { $0.utf8.elementsEqual(name.utf8) }) { names.append(name) }
        }
        return names.isEmpty ? "nothing" : names.joined(separator: " or ")
    }
}
