// Decoding of one value in PostgreSQL's binary format.
internal import Core

/// One value that is not NULL, in place. Every reader answers nil when the type does not fit or the
/// bytes are not what the type says.
struct Cell {
    var type: TypeOID
    var bytes: UnsafeRawBufferPointer

    var string: String? {
        if type == .uuid { return uuid }
        return characters.map { String(decoding: $0, as: UTF8.self) }
    }

    var utf8: [UInt8]? {
        if type == .uuid { return uuid.map { Array($0.utf8) } }
        return characters.map { Array($0) }
    }

    private var characters: UnsafeRawBufferPointer? {
        switch type {
        case .text, .varchar, .bpchar, .name, .char, .json, .unknown: return bytes
        case .jsonb:
            // One byte of version, then the text.
            guard bytes.first == 1 else { return nil }
            return UnsafeRawBufferPointer(rebasing: bytes.dropFirst())
        default: return type.number >= TypeOID.firstUserDefined.number ? bytes : nil
        }
    }

    var int: Int? {
        switch type {
        case .int8: integer(Int64.self).map { Int($0) }
        case .int4: integer(Int32.self).map { Int($0) }
        case .int2: integer(Int16.self).map { Int($0) }
        case .oid: integer(UInt32.self).map { Int($0) }
        case .numeric: numericInteger
        default: nil
        }
    }

    var bool: Bool? {
        guard type == .bool, bytes.count == 1 else { return nil }
        return bytes[0] != 0
    }

    var bytea: [UInt8]? {
        type == .bytea ? Array(bytes) : nil
    }

    var timestamp: Timestamp? {
        guard type == .timestamptz, let value = integer(Int64.self) else { return nil }
        let (sum, overflow) = value.addingReportingOverflow(Timestamp.postgresEpochMicroseconds)
        return overflow || value == .min ? nil : Timestamp(microseconds: sum)
    }

    /// Lower-case text of 36 characters.
    var uuid: String? {
        guard type == .uuid, bytes.count == 16 else { return nil }
        return String(unsafeUninitializedCapacity: 36) { text in
            var position = 0
            for (index, byte) in bytes.enumerated() {
                if index == 4 || index == 6 || index == 8 || index == 10 {
                    text[position] = UInt8(ascii: "-")
                    position += 1
                }
                text[position] = Cell.hex(byte >> 4)
                text[position + 1] = Cell.hex(byte & 15)
                position += 2
            }
            return position
        }
    }

    /// The elements of a one-dimensional array; nil if one of them does not decode.
    func array<Value>(_ decode: (Cell) -> Value?) -> [Value?]? {
        guard let dimensions = word(at: 0), let element = word(at: 8) else { return nil }
        guard dimensions == 1, let count = word(at: 12) else { return dimensions == 0 ? [] : nil }
        let elementType = TypeOID(number: UInt32(bitPattern: element))
        var values: [Value?] = []
        values.reserveCapacity(min(Int(count), bytes.count / 4))
        var position = 20
        for _ in 0..<count {
            guard let length = word(at: position) else { return nil }
            position += 4
            guard length >= 0 else {
                values.append(nil)
                continue
            }
            let end = position + Int(length)
            guard end <= bytes.count else { return nil }
            let slice = UnsafeRawBufferPointer(rebasing: bytes[position..<end])
            guard let value = decode(Cell(type: elementType, bytes: slice)) else { return nil }
            values.append(value)
            position = end
        }
        return values
    }

    // MARK: Helpers

    private func integer<Value: FixedWidthInteger>(_: Value.Type) -> Value? {
        guard bytes.count == MemoryLayout<Value>.size else { return nil }
        return Value(bigEndian: bytes.loadUnaligned(as: Value.self))
    }

    private func word(at position: Int) -> Int32? {
        guard position + 4 <= bytes.count else { return nil }
        return Int32(bigEndian: bytes.loadUnaligned(fromByteOffset: position, as: Int32.self))
    }

    private func half(at position: Int) -> Int16? {
        guard position + 2 <= bytes.count else { return nil }
        return Int16(bigEndian: bytes.loadUnaligned(fromByteOffset: position, as: Int16.self))
    }

    /// Digits to base 10,000: count, weight of the first, sign, scale, digits.
    private var numericInteger: Int? {
        guard let count = half(at: 0), let weight = half(at: 2), let sign = half(at: 4),
            sign == 0 || sign == 0x4000, weight < 5
        else { return nil }
        var value = 0
        for index in 0..<Swift.max(Int(count), Int(weight) + 1) {
            guard index < Int(count) else {
                guard let scaled = Cell.shift(value, adding: 0) else { return nil }
                value = scaled
                continue
            }
            guard let digit = half(at: 8 + index * 2) else { return nil }
            if index > Int(weight) {
                if digit != 0 { return nil }
                continue
            }
            guard let scaled = Cell.shift(value, adding: Int(digit)) else { return nil }
            value = scaled
        }
        return sign == 0 ? value : -value
    }

    private static func shift(_ value: Int, adding digit: Int) -> Int? {
        let (product, overflow) = value.multipliedReportingOverflow(by: 10_000)
        guard !overflow else { return nil }
        let (sum, carried) = product.addingReportingOverflow(digit)
        return carried ? nil : sum
    }

    private static func hex(_ value: UInt8) -> UInt8 {
        value < 10 ? 0x30 + value : 0x57 + value
    }
}
