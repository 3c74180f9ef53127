/// The object identifier of a PostgreSQL type. The built-in ones are fixed for ever
/// (`src/include/catalog/pg_type.dat`).
struct TypeOID: Hashable, Sendable {
    var number: UInt32

    static let inferred = TypeOID(number: 0)
    static let bool = TypeOID(number: 16)
    static let bytea = TypeOID(number: 17)
    static let char = TypeOID(number: 18)
    static let name = TypeOID(number: 19)
    static let int8 = TypeOID(number: 20)
    static let int2 = TypeOID(number: 21)
    static let int4 = TypeOID(number: 23)
    static let text = TypeOID(number: 25)
    static let oid = TypeOID(number: 26)
    static let json = TypeOID(number: 114)
    static let unknown = TypeOID(number: 705)
    static let boolArray = TypeOID(number: 1000)
    static let byteaArray = TypeOID(number: 1001)
    static let textArray = TypeOID(number: 1009)
    static let int8Array = TypeOID(number: 1016)
    static let bpchar = TypeOID(number: 1042)
    static let varchar = TypeOID(number: 1043)
    static let timestamptz = TypeOID(number: 1184)
    static let timestamptzArray = TypeOID(number: 1185)
    static let numeric = TypeOID(number: 1700)
    static let uuid = TypeOID(number: 2950)
    static let uuidArray = TypeOID(number: 2951)
    static let jsonb = TypeOID(number: 3802)
    /// Types made by users (enumerations above all) begin here.
    static let firstUserDefined = TypeOID(number: 16_384)

    /// The name for messages.
    var label: String {
        switch self {
        case .bool: "bool"
        case .bytea: "bytea"
        case .int8: "int8"
        case .int2: "int2"
        case .int4: "int4"
        case .text: "text"
        case .varchar: "varchar"
        case .json: "json"
        case .jsonb: "jsonb"
        case .timestamptz: "timestamptz"
        case .numeric: "numeric"
        case .uuid: "uuid"
        default: "type \(number)"
        }
    }
}
