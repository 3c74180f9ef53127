// The bound values of one query in one byte block: no allocation a value.
internal import Core

/// Parameters in PostgreSQL's binary wire format
/// (<https://www.postgresql.org/docs/15/protocol-message-formats.html>, `Bind`).
struct ParameterBlock: Sendable {
    struct Parameter: Sendable {
        var type: TypeOID
        /// Where `$n` stands in the SQL text.
        var placeholder: Int32
        var offset: Int32
        /// Bytes of the value; -1 is NULL.
        var length: Int32
        /// False: the text form, which the server parses by the type of the place.
        var isBinary: Bool
    }

    private(set) var list: [Parameter] = []
    private(set) var bytes: [UInt8] = []

    mutating func reserve(_ count: Int) {
        list.reserveCapacity(count)
        bytes.reserveCapacity(count * 16)
    }

    /// `write` appends the value and answers nil for NULL.
    mutating func add(
        _ type: TypeOID, placeholder: Int32, _ write: (inout ParameterBlock) -> Void?
    ) {
        let offset = bytes.count
        let isNull = write(&self) == nil
        let length = isNull ? -1 : Int32(bytes.count - offset)
        // libpq takes the text form as a C string. A NUL inside would cut the value short, so such
        // a value goes in binary form, which the server refuses.
        let isBinary = type != .inferred || bytes[offset...].contains(0)
        if !isBinary { bytes.append(0) }
        list.append(
            Parameter(
                type: type, placeholder: placeholder, offset: Int32(offset), length: length,
                isBinary: isBinary))
    }

    mutating func append(_ parameter: Parameter, of other: ParameterBlock, placeholder: Int32) {
        var copy = parameter
        copy.placeholder = placeholder
        copy.offset = Int32(bytes.count)
        if parameter.length >= 0 {
            let start = Int(parameter.offset)
            let terminator = parameter.isBinary ? 0 : 1
            let end = start + Int(parameter.length) + terminator
            bytes.append(contentsOf: other.bytes[start..<end])
        }
        list.append(copy)
    }

    // MARK: Values

    mutating func text(_ value: String) {
        bytes.append(contentsOf: value.utf8)
    }

    mutating func raw(_ value: some Collection<UInt8>) {
        bytes.append(contentsOf: value)
    }

    mutating func integer(_ value: Int64) {
        withUnsafeBytes(of: value.bigEndian) { bytes.append(contentsOf: $0) }
    }

    /// Microseconds since 2000-01-01, as `timestamptz` counts.
    mutating func timestamp(_ value: Timestamp) {
        integer(value.microseconds &- Timestamp.postgresEpochMicroseconds)
    }

    /// 16 bytes; more for text that is no UUID, so that the server refuses it.
    mutating func uuid(_ text: String) {
        let start = bytes.count
        var text = text
        let isRead = text.withUTF8 { digits in
            var high: UInt8?
            for index in digits.indices where digits[index] != UInt8(ascii: "-") {
                guard let digit = hexDigit(digits[index]) else { return false }
                if let first = high {
                    bytes.append(first << 4 | digit)
                    high = nil
                } else {
                    high = digit
                }
            }
            return high == nil && bytes.count - start == 16
        }
        if !isRead { malformed(from: start) }
    }

    private mutating func malformed(from start: Int) {
        bytes.removeSubrange(start...)
        bytes.append(contentsOf: repeatElement(0xff, count: 17))
    }

    // MARK: Arrays: dimensions, has-null, element type, size, lower bound, then the elements.

    mutating func array<Element>(
        _ values: [Element], of type: TypeOID,
        _ write: (inout ParameterBlock, Element) -> Void
    ) {
        arrayHead(count: values.count, hasNull: false, type)
        for value in values { element { write(&$0, value) } }
    }

    mutating func optionals<Element>(
        _ values: [Element?], of type: TypeOID,
        _ write: (inout ParameterBlock, Element) -> Void
    ) {
        arrayHead(count: values.count, hasNull: true, type)
        for value in values {
            if let value {
                element { write(&$0, value) }
            } else {
                word(-1)
            }
        }
    }

    private mutating func arrayHead(count: Int, hasNull: Bool, _ type: TypeOID) {
        bytes.reserveCapacity(bytes.count + 20 + count * 12)
        word(count == 0 ? 0 : 1)
        word(hasNull ? 1 : 0)
        word(Int32(bitPattern: type.number))
        guard count > 0 else { return }
        word(Int32(count))
        word(1)
    }

    @inline(__always)
    private mutating func element(_ write: (inout ParameterBlock) -> Void) {
        let start = bytes.count
        word(0)
        write(&self)
        let length = UInt32(bytes.count - start - 4)
        bytes[start] = UInt8(truncatingIfNeeded: length >> 24)
        bytes[start + 1] = UInt8(truncatingIfNeeded: length >> 16)
        bytes[start + 2] = UInt8(truncatingIfNeeded: length >> 8)
        bytes[start + 3] = UInt8(truncatingIfNeeded: length)
    }

    private mutating func word(_ value: Int32) {
        withUnsafeBytes(of: value.bigEndian) { bytes.append(contentsOf: $0) }
    }

    private func hexDigit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case 0x30...0x39: byte - 0x30
        case 0x61...0x66: byte - 0x57
        case 0x41...0x46: byte - 0x37
        default: nil
        }
    }
}

extension Timestamp {
    /// 2000-01-01T00:00:00Z.
    static let postgresEpochMicroseconds: Int64 = 946_684_800_000_000
}
