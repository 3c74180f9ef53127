/// RFC 8259 and I-JSON (RFC 7493), strictly: what passes here every other reader understands in
/// one way. One pass over the bytes, no recursion, one tape slot a node.
///
/// INVARIANT: `at` ≤ `end`; every slot below `count` is initialised; an open container's slot
/// holds its parent's index and the number of items begun.
struct JSONParser {
    let base: UnsafePointer<UInt8>
    let end: Int
    let depthMax: Int
    let tape: JSONTape
    var at = 0
    var slots: UnsafeMutablePointer<JSONTape.Slot>
    private var capacity: Int
    private(set) var count = 0
    private var parent = 0
    private var depth = 0

    static func parse(
        _ bytes: [UInt8], limits: JSONLimits
    ) throws(JSONError) -> JSONTape {
        guard bytes.count <= limits.bytesMax else {
            throw JSONError(.tooLarge, at: limits.bytesMax, limit: limits.bytesMax)
        }
        guard !bytes.isEmpty else { throw JSONError(.unexpectedEnd, at: 0) }
        let tape = JSONTape(bytes)
        try bytes.withUnsafeBufferPointer { (buffer) throws(JSONError) in
            guard let base = buffer.baseAddress else { return }
            var parser = JSONParser(base, buffer.count, depthMax: limits.depthMax, tape: tape)
            try parser.document()
            tape.count = parser.count
        }
        return tape
    }

    private init(_ base: UnsafePointer<UInt8>, _ end: Int, depthMax: Int, tape: JSONTape) {
        self.base = base
        self.end = end
        self.depthMax = depthMax
        self.tape = tape
        self.slots = tape.slots
        self.capacity = tape.capacity
    }

    private mutating func document() throws(JSONError) {
        if end >= 3, base[0] == 0xEF, base[1] == 0xBB, base[2] == 0xBF {
            throw JSONError(.byteOrderMark, at: 0)
        }
        var itemIsDue = try value()
        while depth > 0 {
            if !itemIsDue {
                itemIsDue = try separator()
                continue
            }
            if slots[parent].kind == .object { try key() }
            itemIsDue = try value()
        }
        skipSpace()
        guard at == end else { throw JSONError(.trailingBytes, at: at) }
    }

    /// Reads a scalar or an empty container (false), or opens a container that has items (true).
    private mutating func value() throws(JSONError) -> Bool {
        skipSpace()
        guard at < end else { throw JSONError(.unexpectedEnd, at: at) }
        switch base[at] {
        case UInt8(ascii: "\""):
            try string(isKey: false)
        case UInt8(ascii: "{"):
            return try open(.object, closedBy: UInt8(ascii: "}"))
        case UInt8(ascii: "["):
            return try open(.array, closedBy: UInt8(ascii: "]"))
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"):
            let start = at
            at = try JSONNumber.end(base, from: at, end: end)
            append(start, at - start, .number)
        case UInt8(ascii: "t"):
            try literal("true", .bool, 1)
        case UInt8(ascii: "f"):
            try literal("false", .bool, 0)
        case UInt8(ascii: "n"):
            try literal("null", .null, 0)
        default:
            throw JSONError(.expectedValue, at: at)
        }
        return false
    }

    /// After a value: a comma (an item is due, true) or the end of the innermost container.
    private mutating func separator() throws(JSONError) -> Bool {
        skipSpace()
        guard at < end else { throw JSONError(.unexpectedEnd, at: at) }
        let isObject = slots[parent].kind == .object
        switch base[at] {
        case UInt8(ascii: ","):
            at += 1
            slots[parent].size += 1
            return true
        case UInt8(ascii: "}") where isObject, UInt8(ascii: "]") where !isObject:
            at += 1
            try close()
            return false
        default:
            throw JSONError(.expectedCommaOrEnd, at: at)
        }
    }

    private mutating func key() throws(JSONError) {
        skipSpace()
        guard at < end else { throw JSONError(.unexpectedEnd, at: at) }
        guard base[at] == UInt8(ascii: "\"") else { throw JSONError(.expectedKey, at: at) }
        try string(isKey: true)
        skipSpace()
        guard at < end else { throw JSONError(.unexpectedEnd, at: at) }
        guard base[at] == UInt8(ascii: ":") else { throw JSONError(.expectedColon, at: at) }
        at += 1
    }

    private mutating func open(_ kind: JSON.Kind, closedBy end: UInt8) throws(JSONError) -> Bool {
        guard depth < depthMax else { throw JSONError(.tooDeep, at: at, limit: depthMax) }
        let index = count
        append(at, 0, kind, upper: UInt32(parent))
        parent = index
        depth += 1
        at += 1
        skipSpace()
        if at < self.end, base[at] == end {
            at += 1
            try close()
            return false
        }
        slots[index].size = 1
        return true
    }

    private mutating func close() throws(JSONError) {
        let index = parent
        parent = Int(slots[index].upper)
        slots[index].link = UInt32(count) << 4 | slots[index].link & 15
        depth -= 1
        if slots[index].size > 1, slots[index].kind == .object { try refuseDuplicateKeys(index) }
    }

    private mutating func literal(
        _ text: StaticString, _ kind: JSON.Kind, _ upper: UInt32
    ) throws(JSONError) {
        for index in 0..<text.utf8CodeUnitCount {
            guard at + index < end else { throw JSONError(.unexpectedEnd, at: end) }
            guard base[at + index] == text.utf8Start[index] else {
                throw JSONError(.expectedValue, at: at)
            }
        }
        append(at, text.utf8CodeUnitCount, kind, upper: upper)
        at += text.utf8CodeUnitCount
    }

    @inline(__always)
    private mutating func skipSpace() {
        while at < end {
            let byte = base[at]
            guard byte <= 0x20, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 else {
                return
            }
            at &+= 1
        }
    }

    @inline(__always)
    mutating func append(
        _ start: Int, _ size: Int, _ kind: JSON.Kind, escaped: Bool = false, upper: UInt32 = 0
    ) {
        if count == capacity {
            tape.grow()
            slots = tape.slots
            capacity = tape.capacity
        }
        let link = upper << 4 | (escaped ? 8 : 0) | UInt32(kind.rawValue)
        slots[count] = JSONTape.Slot(
            start: UInt32(truncatingIfNeeded: start), size: UInt32(truncatingIfNeeded: size),
            link: link)
        count &+= 1
    }
}
