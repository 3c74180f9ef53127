public import Core

/// Where a sealed value lives. It is authenticated with the value, so a ciphertext that is moved
/// to another tenant, table, row or column, or put back after the row's version went on, does not
/// open.
public struct SealContext: Sendable, Equatable {
    public var tenant: TenantID
    public var table: String
    /// The row's primary key as text (without the tenant).
    public var row: String
    public var column: String
    /// The row's version: grows by one with every write of the value.
    public var version: Int

    public init(tenant: TenantID, table: String, row: String, column: String, version: Int) {
        self.tenant = tenant
        self.table = table
        self.row = row
        self.column = column
        self.version = version
    }

    /// Associated data, format 1: the label `bailiwick.seal.1`, then tenant, table, row and column
    /// each as a 32-bit big-endian length and its bytes, the version as 64 bits, the key id's 8
    /// bytes. Every part is length-prefixed or of fixed length: no two contexts read alike.
    func associatedData(key: KeyID) -> [UInt8] {
        var data = [UInt8]("bailiwick.seal.1".utf8)
        for part in [tenant.text, table, row, column] {
            var copy = part
            copy.withUTF8 { text in
                data.append(bigEndian: UInt64(text.count), bytes: 4)
                data.append(contentsOf: text)
            }
        }
        data.append(bigEndian: UInt64(bitPattern: Int64(version)), bytes: 8)
        data.append(bigEndian: key.value, bytes: 8)
        return data
    }
}

extension [UInt8] {
    mutating func append(bigEndian value: UInt64, bytes: Int) {
        for index in (0..<bytes).reversed() {
            append(UInt8(truncatingIfNeeded: value >> UInt64(8 * index)))
        }
    }
}
