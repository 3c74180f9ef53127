// Owns one PGresult; rows are views of it.
internal import CPQ

/// The answer to one statement, as libpq parsed it.
// SAFETY: a PGresult is never written after libpq handed it out, so any thread may read it; it is
// freed when the last row that looks into it is gone.
final class ResultSet: @unchecked Sendable {
    let pointer: OpaquePointer
    let columns: Int32

    init(_ pointer: OpaquePointer) {
        self.pointer = pointer
        columns = PQnfields(pointer)
    }

    deinit { PQclear(pointer) }

    var rows: [Row] {
        let count = PQntuples(pointer)
        guard count > 0 else { return [] }
        return (0..<count).map { Row(set: self, index: $0) }
    }

    /// How many rows an INSERT, UPDATE or DELETE touched; for SELECT how many it answered.
    var affected: Int {
        guard var digits = PQcmdTuples(pointer) else { return 0 }
        var count = 0
        while digits.pointee >= 48, digits.pointee <= 57 {
            count = count * 10 + Int(digits.pointee - 48)
            digits += 1
        }
        return count
    }

    /// Whether the statement was a COMMIT that committed.
    var isCommit: Bool { PQcmdStatus(pointer).matches("COMMIT") }

    func column(named name: StaticString) -> Int32? {
        for column in 0..<columns where PQfname(pointer, column).matches(name) { return column }
        return nil
    }

    func type(of column: Int32) -> TypeOID {
        TypeOID(number: PQftype(pointer, column))
    }
}

extension Optional where Wrapped == UnsafeMutablePointer<CChar> {
    /// Byte equality of a C string with a literal.
    fileprivate func matches(_ name: StaticString) -> Bool {
        guard let self else { return false }
        return name.withUTF8Buffer { bytes in
            for (index, byte) in bytes.enumerated() where UInt8(bitPattern: self[index]) != byte {
                return false
            }
            return self[bytes.count] == 0
        }
    }
}
