import Core

/// What must hold of a call. A tree, so that nesting and other forms of text compile to one shape.
enum Condition: Sendable {
    /// Tried in order; stops at the first that does not hold.
    case all([Condition])
    case row(Row)
}

/// A `{path, op, value}` row.
struct Row: Sendable {
    enum Subject: Sendable {
        case argument(ArgumentPath)
        /// Position in the document's counters.
        case counter(Int)
    }

    let subject: Subject
    /// The path as written, for explanations.
    let path: String
    let test: Test
}

/// Where an argument stands: the members to descend, each by its bytes.
struct ArgumentPath: Sendable, Hashable {
    let segments: [[UInt8]]
}

/// An operator with its operand, ready to use.
enum Test: Sendable {
    case equal(Operand)
    case notEqual(Operand)
    case anyOf([Operand])
    case noneOf([Operand])
    case less(ExactDecimal)
    case lessOrEqual(ExactDecimal)
    case greater(ExactDecimal)
    case greaterOrEqual(ExactDecimal)
    case matches(Pattern)
    case contains(Operand)
    case exists(Bool)

    /// The operators by their names in documents.
    enum Name: String, CaseIterable, Sendable {
        case eq, neq, `in`
        case notIn = "not_in"
        case lt, lte, gt, gte, regex, contains, exists
    }

    var name: Name {
        switch self {
        case .equal: .eq
        case .notEqual: .neq
        case .anyOf: .in
        case .noneOf: .notIn
        case .less: .lt
        case .lessOrEqual: .lte
        case .greater: .gt
        case .greaterOrEqual: .gte
        case .matches: .regex
        case .contains: .contains
        case .exists: .exists
        }
    }
}

/// A value of a document to compare with: bytes and exact numbers.
enum Operand: Sendable {
    case null
    case bool(Bool)
    case number(ExactDecimal)
    case string([UInt8])
    case array([Operand])
    /// Sorted by key bytes.
    case object([Member])

    struct Member: Sendable {
        let key: [UInt8]
        let value: Operand
    }

    var kind: JSON.Kind {
        switch self {
        case .null: .null
        case .bool: .bool
        case .number: .number
        case .string: .string
        case .array: .array
        case .object: .object
        }
    }
}
