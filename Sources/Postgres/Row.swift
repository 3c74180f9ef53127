internal import CPQ
// One row of an answer and the typed ways to read it.
public import Core

/// One row. Columns are read by name and decoded when asked; a missing column, an unexpected
/// NULL or another type is a `Failure` (`.internal`) whose `detail` names the column and what was
/// wanted.
public struct Row: Sendable {
    let set: ResultSet
    let index: Int32

    // MARK: Values that must be there

    /// `text`, `varchar`, `uuid` (lower case), `json`, `jsonb`, enumerations.
    public func string(_ column: StaticString) throws(Failure) -> String {
        try present(optionalString(column), column)
    }

    /// The UTF-8 of what `string` reads: for comparisons that decide.
    public func utf8(_ column: StaticString) throws(Failure) -> [UInt8] {
        try present(optionalUTF8(column), column)
    }

    /// `int2`, `int4`, `int8`, `oid`, or a `numeric` without fraction (what `sum` answers).
    public func int(_ column: StaticString) throws(Failure) -> Int {
        try present(optionalInt(column), column)
    }

    public func bool(_ column: StaticString) throws(Failure) -> Bool {
        try present(optionalBool(column), column)
    }

    /// `bytea`.
    public func bytes(_ column: StaticString) throws(Failure) -> [UInt8] {
        try present(optionalBytes(column), column)
    }

    /// `timestamptz`; infinities are refused.
    public func timestamp(_ column: StaticString) throws(Failure) -> Timestamp {
        try present(optionalTimestamp(column), column)
    }

    /// `uuid`.
    public func tenant(_ column: StaticString) throws(Failure) -> TenantID {
        try present(optionalTenant(column), column)
    }

    // MARK: Values that may be NULL

    public func optionalString(_ column: StaticString) throws(Failure) -> String? {
        try read(column, "text") { $0.string }
    }

    public func optionalUTF8(_ column: StaticString) throws(Failure) -> [UInt8]? {
        try read(column, "text") { $0.utf8 }
    }

    public func optionalInt(_ column: StaticString) throws(Failure) -> Int? {
        try read(column, "int8") { $0.int }
    }

    public func optionalBool(_ column: StaticString) throws(Failure) -> Bool? {
        try read(column, "bool") { $0.bool }
    }

    public func optionalBytes(_ column: StaticString) throws(Failure) -> [UInt8]? {
        try read(column, "bytea") { $0.bytea }
    }

    public func optionalTimestamp(_ column: StaticString) throws(Failure) -> Timestamp? {
        try read(column, "timestamptz") { $0.timestamp }
    }

    public func optionalTenant(_ column: StaticString) throws(Failure) -> TenantID? {
        try read(column, "uuid") { $0.uuid }.map { TenantID($0) }
    }

    public func isNull(_ column: StaticString) throws(Failure) -> Bool {
        PQgetisnull(set.pointer, index, try number(of: column)) == 1
    }

    // MARK: Arrays (one dimension)

    public func strings(_ column: StaticString) throws(Failure) -> [String] {
        try array(column, "text[]") { $0.string }
    }

    public func ints(_ column: StaticString) throws(Failure) -> [Int] {
        try array(column, "int8[]") { $0.int }
    }

    public func bools(_ column: StaticString) throws(Failure) -> [Bool] {
        try array(column, "bool[]") { $0.bool }
    }

    public func byteStrings(_ column: StaticString) throws(Failure) -> [[UInt8]] {
        try array(column, "bytea[]") { $0.bytea }
    }

    public func timestamps(_ column: StaticString) throws(Failure) -> [Timestamp] {
        try array(column, "timestamptz[]") { $0.timestamp }
    }

    /// `text[]` whose elements may be NULL.
    public func optionalStrings(_ column: StaticString) throws(Failure) -> [String?] {
        try nullableArray(column, "text[]") { $0.string }
    }

    /// `int8[]` whose elements may be NULL.
    public func optionalInts(_ column: StaticString) throws(Failure) -> [Int?] {
        try nullableArray(column, "int8[]") { $0.int }
    }

    /// `bytea[]` whose elements may be NULL.
    public func optionalByteStrings(_ column: StaticString) throws(Failure) -> [[UInt8]?] {
        try nullableArray(column, "bytea[]") { $0.bytea }
    }

    // MARK: Helpers

    private func array<Value>(
        _ column: StaticString, _ wanted: StaticString, _ decode: (Cell) -> Value?
    ) throws(Failure) -> [Value] {
        var values: [Value] = []
        for value in try nullableArray(column, wanted, decode) {
            guard let value else {
                throw mismatch(column, "wanted \(wanted) without NULL elements, found one")
            }
            values.append(value)
        }
        return values
    }

    private func nullableArray<Value>(
        _ column: StaticString, _ wanted: StaticString, _ decode: (Cell) -> Value?
    ) throws(Failure) -> [Value?] {
        try present(read(column, wanted) { $0.array(decode) }, column)
    }

    private func present<Value>(
        _ value: Value?, _ column: StaticString
    ) throws(Failure) -> Value {
        guard let value else { throw mismatch(column, "wanted a value, got NULL") }
        return value
    }

    private func read<Value>(
        _ column: StaticString, _ wanted: StaticString, _ decode: (Cell) -> Value?
    ) throws(Failure) -> Value? {
        let number = try number(of: column)
        guard PQgetisnull(set.pointer, index, number) == 0 else { return nil }
        let type = set.type(of: number)
        let cell = Cell(
            type: type,
            bytes: UnsafeRawBufferPointer(
                start: PQgetvalue(set.pointer, index, number),
                count: Int(PQgetlength(set.pointer, index, number))))
        guard let value = decode(cell) else {
            throw mismatch(column, "wanted \(wanted), got \(type.label)")
        }
        return value
    }

    private func number(of column: StaticString) throws(Failure) -> Int32 {
        guard let number = set.column(named: column) else {
            throw mismatch(column, "the answer has no such column")
        }
        return number
    }

    private func mismatch(_ column: StaticString, _ what: String) -> Failure {
        Failure(
            .internal, "The database answered something unexpected.",
            detail: "column `\(column)`: \(what)")
    }
}
