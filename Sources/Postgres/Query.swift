/// SQL whose interpolated values travel as bound parameters, never as text.
///
/// ```swift
/// "SELECT name FROM servers WHERE tenant_id = \(tenant) AND id = \(id)"
/// ```
/// becomes `… tenant_id = $1 AND id = $2` with two parameters. The SQL text together with the
/// parameter types is the key of the prepared statement, so keep literals constant and let every
/// value be an interpolation. Text that is not a value (a column chosen from a closed list) needs
/// `\(unsafe: text)`; another query is put in with `\(query: other)`.
public struct Query: Sendable {
    /// The statement, UTF-8, without a terminating NUL.
    var sql: [UInt8]
    var parameters: ParameterBlock

    /// No text and no parameters: an absent filter in `\(query:)`.
    public static let empty = Query(sql: [], parameters: ParameterBlock())

    init(sql: [UInt8], parameters: ParameterBlock) {
        self.sql = sql
        self.parameters = parameters
    }

    /// A query from text that the program itself wrote; there is nothing to bind.
    public init(unsafe text: String) {
        self.init(sql: Array(text.utf8), parameters: ParameterBlock())
    }

    public var isEmpty: Bool { sql.isEmpty }

    /// The statement with its `$n` placeholders, for tests and messages. Holds no values.
    public var text: String { String(decoding: sql, as: UTF8.self) }

    /// The queries one after the other, `separator` (constant SQL such as `" AND "`) between.
    public static func joined(_ queries: [Query], separator: StaticString) -> Query {
        var whole = Query.empty
        var isFirst = true
        for query in queries where !query.isEmpty {
            if !isFirst { whole.append(literal: separator) }
            whole.append(query)
            isFirst = false
        }
        return whole
    }

    private mutating func append(literal: StaticString) {
        literal.withUTF8Buffer { sql.append(contentsOf: $0) }
    }

    /// Copies the other's text, its placeholders renumbered behind ours.
    mutating func append(_ other: Query) {
        var copied = 0
        var number = 1
        for parameter in other.parameters.list {
            sql.append(contentsOf: other.sql[copied..<Int(parameter.placeholder)])
            copied = Int(parameter.placeholder) + 1 + decimalDigits(number)
            number += 1
            let placeholder = appendPlaceholder()
            parameters.append(parameter, of: other.parameters, placeholder: placeholder)
        }
        sql.append(contentsOf: other.sql[copied...])
    }

    /// Writes `$n` for the next parameter and answers where it stands.
    mutating func appendPlaceholder() -> Int32 {
        let position = Int32(sql.count)
        sql.append(UInt8(ascii: "$"))
        appendDecimal(parameters.list.count + 1)
        return position
    }

    private mutating func appendDecimal(_ number: Int) {
        if number >= 10 { appendDecimal(number / 10) }
        sql.append(UInt8(ascii: "0") + UInt8(number % 10))
    }

    private func decimalDigits(_ number: Int) -> Int {
        number < 10 ? 1 : 1 + decimalDigits(number / 10)
    }
}
