// What may stand in a query's `\( )`. One overload a type: an unsupported type does not compile.
public import Core

extension Query: ExpressibleByStringInterpolation {
    public init(stringLiteral value: StaticString) {
        self.init(sql: value.withUTF8Buffer { Array($0) }, parameters: ParameterBlock())
    }

    public init(stringInterpolation: Interpolation) {
        self = stringInterpolation.query
    }

    public struct Interpolation: StringInterpolationProtocol {
        var query: Query

        public init(literalCapacity: Int, interpolationCount: Int) {
            query = Query.empty
            query.sql.reserveCapacity(literalCapacity + interpolationCount * 3)
            query.parameters.reserve(interpolationCount)
        }

        public mutating func appendLiteral(_ literal: StaticString) {
            literal.withUTF8Buffer { query.sql.append(contentsOf: $0) }
        }

        /// Text put into the statement as it is. Never pass anything that came from outside.
        public mutating func appendInterpolation(unsafe text: String) {
            query.sql.append(contentsOf: text.utf8)
        }

        /// Another query with its parameters, for instance an optional filter.
        public mutating func appendInterpolation(query other: Query) {
            query.append(other)
        }

        /// Typed by its place like a quoted literal: fits `text`, `uuid`, `jsonb` and the like.
        /// Where the place says nothing, add a cast: `\(name)::text IS NULL`.
        public mutating func appendInterpolation(_ value: String?) {
            bind(.inferred) { block in value.map { block.text($0) } }
        }

        /// `bytea`.
        public mutating func appendInterpolation(_ value: [UInt8]?) {
            bind(.bytea) { block in value.map { block.raw($0) } }
        }

        /// `bytea`.
        public mutating func appendInterpolation(_ value: ArraySlice<UInt8>) {
            bind(.bytea) { block in block.raw(value) }
        }

        /// `int8`.
        public mutating func appendInterpolation(_ value: Int?) {
            bind(.int8) { block in value.map { block.integer(Int64($0)) } }
        }

        /// `int8`.
        public mutating func appendInterpolation(_ value: Int64?) {
            bind(.int8) { block in value.map { block.integer($0) } }
        }

        /// `bool`.
        public mutating func appendInterpolation(_ value: Bool?) {
            bind(.bool) { block in value.map { block.raw(CollectionOfOne($0 ? 1 : 0)) } }
        }

        /// `timestamptz`.
        public mutating func appendInterpolation(_ value: Timestamp?) {
            bind(.timestamptz) { block in value.map { block.timestamp($0) } }
        }

        /// `uuid`. Text that is no UUID is refused by the server (`Failure.Code.invalid`).
        public mutating func appendInterpolation(_ value: TenantID?) {
            bind(.uuid) { block in value.map { block.uuid($0.text) } }
        }

        /// `text[]`; for a `uuid[]` write `\(ids)::uuid[]`.
        public mutating func appendInterpolation(_ values: [String]) {
            bind(.textArray) { block in block.array(values, of: .text) { $0.text($1) } }
        }

        /// `text[]` with nulls.
        public mutating func appendInterpolation(_ values: [String?]) {
            bind(.textArray) { block in block.optionals(values, of: .text) { $0.text($1) } }
        }

        /// `bytea[]`.
        public mutating func appendInterpolation(_ values: [[UInt8]]) {
            bind(.byteaArray) { block in block.array(values, of: .bytea) { $0.raw($1) } }
        }

        /// `bytea[]` with nulls.
        public mutating func appendInterpolation(_ values: [[UInt8]?]) {
            bind(.byteaArray) { block in block.optionals(values, of: .bytea) { $0.raw($1) } }
        }

        /// `int8[]`.
        public mutating func appendInterpolation(_ values: [Int]) {
            bind(.int8Array) { block in block.array(values, of: .int8) { $0.integer(Int64($1)) } }
        }

        /// `int8[]` with nulls.
        public mutating func appendInterpolation(_ values: [Int?]) {
            bind(.int8Array) { block in
                block.optionals(values, of: .int8) { $0.integer(Int64($1)) }
            }
        }

        /// `int8[]`.
        public mutating func appendInterpolation(_ values: [Int64]) {
            bind(.int8Array) { block in block.array(values, of: .int8) { $0.integer($1) } }
        }

        /// `int8[]` with nulls.
        public mutating func appendInterpolation(_ values: [Int64?]) {
            bind(.int8Array) { block in block.optionals(values, of: .int8) { $0.integer($1) } }
        }

        /// `bool[]`.
        public mutating func appendInterpolation(_ values: [Bool]) {
            bind(.boolArray) { block in
                block.array(values, of: .bool) { $0.raw(CollectionOfOne($1 ? 1 : 0)) }
            }
        }

        /// `bool[]` with nulls.
        public mutating func appendInterpolation(_ values: [Bool?]) {
            bind(.boolArray) { block in
                block.optionals(values, of: .bool) { $0.raw(CollectionOfOne($1 ? 1 : 0)) }
            }
        }

        /// `timestamptz[]`.
        public mutating func appendInterpolation(_ values: [Timestamp]) {
            bind(.timestamptzArray) { block in
                block.array(values, of: .timestamptz) { $0.timestamp($1) }
            }
        }

        /// `timestamptz[]` with nulls.
        public mutating func appendInterpolation(_ values: [Timestamp?]) {
            bind(.timestamptzArray) { block in
                block.optionals(values, of: .timestamptz) { $0.timestamp($1) }
            }
        }

        /// `uuid[]`.
        public mutating func appendInterpolation(_ values: [TenantID]) {
            bind(.uuidArray) { block in block.array(values, of: .uuid) { $0.uuid($1.text) } }
        }

        /// `uuid[]` with nulls, from UUID text. Text that is none is refused by the server.
        public mutating func appendInterpolation(uuids values: [String?]) {
            bind(.uuidArray) { block in block.optionals(values, of: .uuid) { $0.uuid($1) } }
        }

        /// `write` answers nil for NULL; what it appends to the block is the value.
        @inline(__always)
        private mutating func bind(_ type: TypeOID, _ write: (inout ParameterBlock) -> Void?) {
            let placeholder = query.appendPlaceholder()
            query.parameters.add(type, placeholder: placeholder, write)
        }
    }
}
