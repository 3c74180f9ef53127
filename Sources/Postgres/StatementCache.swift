// Which statements a connection has prepared.
internal import Core

/// A statement that the server knows by name, or is being told.
final class PreparedStatement {
    let name: String
    fileprivate let key: StatementKey
    fileprivate var lastUse: UInt64 = 0
    /// Why the server refused to prepare it; units that were sent behind it fail for that reason.
    var refusal: Failure?

    fileprivate init(name: String, key: StatementKey) {
        self.name = name
        self.key = key
    }
}

/// The text and the declared parameter types.
private struct StatementKey: Hashable {
    let sql: [UInt8]
    let parameters: [ParameterBlock.Parameter]

    static func == (left: StatementKey, right: StatementKey) -> Bool {
        left.sql == right.sql && left.parameters.count == right.parameters.count
            && zip(left.parameters, right.parameters).allSatisfy { $0.type == $1.type }
    }

    func hash(into hasher: inout Hasher) {
        sql.withUnsafeBytes { hasher.combine(bytes: $0) }
    }
}

/// Bounded; the least recently used statement makes room.
struct StatementCache {
    enum Lookup {
        case known(PreparedStatement)
        /// To be prepared now; `evicted` is to be deallocated first.
        case new(PreparedStatement, evicted: PreparedStatement?)
    }

    private var statements: [StatementKey: PreparedStatement] = [:]
    private var uses: UInt64 = 0
    private var names: UInt64 = 0
    private let capacity: Int

    init(capacity: Int) {
        self.capacity = capacity
    }

    var count: Int { statements.count }

    mutating func lookup(_ query: Query) -> Lookup {
        uses += 1
        let key = StatementKey(sql: query.sql, parameters: query.parameters.list)
        if let known = statements[key] {
            known.lastUse = uses
            return .known(known)
        }
        var evicted: PreparedStatement?
        if statements.count >= capacity {
            evicted = statements.values.min { $0.lastUse < $1.lastUse }
            if let evicted { statements[evicted.key] = nil }
        }
        names += 1
        let statement = PreparedStatement(name: "s\(names)", key: key)
        statement.lastUse = uses
        statements[key] = statement
        return .new(statement, evicted: evicted)
    }

    /// The next use prepares it anew, under another name.
    mutating func forget(_ statement: PreparedStatement) {
        if statements[statement.key] === statement { statements[statement.key] = nil }
    }
}
