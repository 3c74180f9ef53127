// A query in the shape that libpq's functions take.
internal import CPQ

extension Query {
    /// Sends Bind, Describe and Execute for a prepared statement; false when libpq could not.
    func send(on handle: OpaquePointer, as name: String) -> Bool {
        withArguments { values, lengths, formats in
            let count = Int32(parameters.list.count)
            return PQsendQueryPrepared(handle, name, count, values, lengths, formats, 1) == 1
        }
    }

    /// Calls with the values, their lengths and their formats, one each a parameter, on the stack.
    func withArguments<Value>(
        _ body: (
            UnsafePointer<UnsafePointer<CChar>?>?, UnsafePointer<Int32>?, UnsafePointer<Int32>?
        ) -> Value
    ) -> Value {
        let count = parameters.list.count
        return parameters.bytes.withUnsafeBufferPointer { bytes in
            withUnsafeTemporaryAllocation(of: UnsafePointer<CChar>?.self, capacity: count) {
                values in
                withUnsafeTemporaryAllocation(of: Int32.self, capacity: count * 2) { numbers in
                    let base = bytes.baseAddress.map { UnsafeRawPointer($0) }
                    for (index, parameter) in parameters.list.enumerated() {
                        values[index] = Query.start(of: parameter, in: base)
                        numbers[index] = parameter.length
                        numbers[count + index] = parameter.isBinary ? 1 : 0
                    }
                    let lengths = numbers.baseAddress.map { UnsafePointer($0) }
                    return body(
                        values.baseAddress.map { UnsafePointer($0) }, lengths,
                        lengths.map { $0 + count })
                }
            }
        }
    }

    /// NULL is a null pointer; an empty value must not be one.
    private static func start(
        of parameter: ParameterBlock.Parameter, in base: UnsafeRawPointer?
    ) -> UnsafePointer<CChar>? {
        guard parameter.length >= 0 else { return nil }
        guard let base else { return Query.emptyValue }
        return (base + Int(parameter.offset)).assumingMemoryBound(to: CChar.self)
    }

    // SAFETY: points at a literal, which is never written and lives as long as the program.
    private nonisolated(unsafe) static let emptyValue: UnsafePointer<CChar> = {
        let literal: StaticString = ""
        return UnsafeRawPointer(literal.utf8Start).assumingMemoryBound(to: CChar.self)
    }()

    /// Sends Parse under this name; false when libpq could not.
    func sendPrepare(on handle: OpaquePointer, as name: String) -> Bool {
        let types = parameters.list.map { Oid($0.type.number) }
        return (sql + [0]).withUnsafeBufferPointer { text in
            text.withMemoryRebound(to: CChar.self) {
                PQsendPrepare(handle, name, $0.baseAddress, Int32(types.count), types) == 1
            }
        }
    }
}
