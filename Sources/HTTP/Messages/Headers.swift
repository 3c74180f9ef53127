// Header fields as one block of bytes and ranges into it: a parsed head costs two allocations
// however many fields it has.

/// Ordered header fields (RFC 9110 section 5). Names compare ASCII-case-insensitively, values are
/// bytes: visible ASCII, obs-text, space and tab, without surrounding blanks.
///
/// Nothing invalid can be stored: `add` and `set` refuse a name that is not a token or a value
/// with a control byte (CR, LF and NUL among them), so no header can be injected.
public struct Headers: Sendable, ExpressibleByDictionaryLiteral {
    struct Field: Sendable {
        private let nameStart, nameEnd, valueStart, valueEnd: Int32

        init(name: Range<Int>, value: Range<Int>) {
            self.nameStart = Int32(name.lowerBound)
            self.nameEnd = Int32(name.upperBound)
            self.valueStart = Int32(value.lowerBound)
            self.valueEnd = Int32(value.upperBound)
        }

        var name: Range<Int> { Int(nameStart)..<Int(nameEnd) }
        var value: Range<Int> { Int(valueStart)..<Int(valueEnd) }
    }

    var block: [UInt8]
    var fields: [Field]

    public init() {
        self.block = []
        self.fields = []
    }

    /// Fields of a literal; an invalid one is left out, as by `add`.
    public init(dictionaryLiteral elements: (StaticString, String)...) {
        self.init()
        for (name, value) in elements { add(name, value) }
    }

    init(block: [UInt8], fields: [Field]) {
        self.block = block
        self.fields = fields
    }

    public var count: Int { fields.count }
    public var isEmpty: Bool { fields.isEmpty }

    // MARK: Reading

    /// The first value of that name, invalid UTF-8 repaired. For showing; decisions compare bytes.
    public subscript(name: StaticString) -> String? {
        bytes(name).map { String(decoding: $0, as: UTF8.self) }
    }

    /// The first value of that name, as received.
    public func bytes(_ name: StaticString) -> ArraySlice<UInt8>? {
        index(of: name).map { value(at: $0) }
    }

    /// Every value of that name in order.
    public func values(_ name: StaticString) -> [String] {
        allBytes(name).map { String(decoding: $0, as: UTF8.self) }
    }

    /// Every value of that name in order, as received.
    public func allBytes(_ name: StaticString) -> [ArraySlice<UInt8>] {
        fields.indices.filter { isNamed($0, name) }.map { value(at: $0) }
    }

    public func contains(_ name: StaticString) -> Bool { index(of: name) != nil }

    /// How many fields have that name.
    public func count(of name: StaticString) -> Int {
        fields.indices.count { isNamed($0, name) }
    }

    /// Whether exactly one field has that name and its value is exactly these bytes.
    public func equals(_ name: StaticString, _ value: StaticString) -> Bool {
        guard count(of: name) == 1, let index = index(of: name) else { return false }
        return equal(block.span.extracting(fields[index].value), value)
    }

    /// Whether a comma-separated list of that name holds the token, ASCII-case-insensitively.
    public func hasToken(_ name: StaticString, _ token: StaticString) -> Bool {
        for index in fields.indices where isNamed(index, name) {
            if listContains(block.span.extracting(fields[index].value), token) { return true }
        }
        return false
    }

    // MARK: Writing

    /// Appends a field. Refuses an invalid name or value: answers false and changes nothing.
    @discardableResult
    public mutating func add(_ name: StaticString, _ value: String) -> Bool {
        var value = value
        return value.withUTF8 { append(HTTP.bytes(of: name), $0) }
    }

    /// Appends a field. Refuses an invalid name or value: answers false and changes nothing.
    @discardableResult
    public mutating func add(_ name: StaticString, _ value: [UInt8]) -> Bool {
        value.withUnsafeBufferPointer { append(HTTP.bytes(of: name), $0) }
    }

    /// Appends a field. Refuses an invalid name or value: answers false and changes nothing.
    @discardableResult
    public mutating func add(_ name: StaticString, _ value: ArraySlice<UInt8>) -> Bool {
        value.withUnsafeBufferPointer { append(HTTP.bytes(of: name), $0) }
    }

    /// Appends a field. Refuses an invalid name or value: answers false and changes nothing.
    @discardableResult
    public mutating func add(_ name: StaticString, _ value: some Collection<UInt8>) -> Bool {
        add(name, Array(value))
    }

    /// Appends a field. Refuses an invalid name or value: answers false and changes nothing.
    @discardableResult
    public mutating func add(name: ArraySlice<UInt8>, value: ArraySlice<UInt8>) -> Bool {
        name.withUnsafeBufferPointer { name in
            value.withUnsafeBufferPointer { append(name, $0) }
        }
    }

    /// Appends a field. Refuses an invalid name or value: answers false and changes nothing.
    @discardableResult
    public mutating func add(name: [UInt8], value: UnsafeRawBufferPointer) -> Bool {
        name.withUnsafeBufferPointer { name in
            value.withMemoryRebound(to: UInt8.self) { append(name, $0) }
        }
    }

    /// Appends a field. Refuses an invalid name or value: answers false and changes nothing.
    @discardableResult
    public mutating func add(
        name: some Collection<UInt8>, value: some Collection<UInt8>
    ) -> Bool {
        add(name: Array(name)[...], value: Array(value)[...])
    }

    private mutating func append(
        _ name: UnsafeBufferPointer<UInt8>, _ value: UnsafeBufferPointer<UInt8>
    ) -> Bool {
        if name.isEmpty { return false }
        for byte in name where !byte.isToken { return false }
        for byte in value where !byte.isFieldValue { return false }
        let start = block.count
        if block.capacity == 0 {
            block.reserveCapacity(512)
            fields.reserveCapacity(16)
        }
        block.append(contentsOf: name)
        let middle = block.count
        block.append(contentsOf: value)
        let trimmed = trimBlanks(middle..<block.count, in: block.span)
        fields.append(Field(name: start..<middle, value: trimmed))
        return true
    }

    /// Appends a field of other headers, which was found valid when it came there.
    public mutating func add(copying field: Element) {
        let start = block.count
        block.append(contentsOf: field.name)
        let middle = block.count
        block.append(contentsOf: field.value)
        fields.append(Field(name: start..<middle, value: middle..<block.count))
    }

    /// Replaces every field of that name by one. Refuses like `add`, and then changes nothing.
    @discardableResult
    public mutating func set(_ name: StaticString, _ value: String) -> Bool {
        let before = fields
        remove(name)
        if add(name, value) { return true }
        fields = before
        return false
    }

    /// Removes the fields that fit. Costs no copy of names and values.
    public mutating func removeAll(where fits: (Element) -> Bool) {
        fields = fields.indices.filter { index in
            !fits(Element(name: name(at: index), value: value(at: index)))
        }.map { fields[$0] }
    }

    /// Removes every field of that name.
    public mutating func remove(_ name: StaticString) {
        if index(of: name) == nil { return }
        fields = fields.indices.filter { !isNamed($0, name) }.map { fields[$0] }
    }
}

// MARK: - Iteration

extension Headers: Sequence {
    /// One field: slices of the block, name as received.
    public struct Element: Sendable {
        public let name: ArraySlice<UInt8>
        public let value: ArraySlice<UInt8>

        /// Whether the name is this one, ASCII-case-insensitively.
        public func isNamed(_ other: StaticString) -> Bool {
            name.withUnsafeBufferPointer { equalFolded($0.span, other) }
        }
    }

    public struct Iterator: IteratorProtocol, Sendable {
        let headers: Headers
        var index = 0

        public mutating func next() -> Element? {
            guard index < headers.fields.count else { return nil }
            defer { index += 1 }
            return Element(name: headers.name(at: index), value: headers.value(at: index))
        }
    }

    public func makeIterator() -> Iterator { Iterator(headers: self) }
}

// MARK: - Ranges

extension Headers {
    @inline(__always)
    func isNamed(_ index: Int, _ name: StaticString) -> Bool {
        equalFolded(block.span.extracting(fields[index].name), name)
    }

    func index(of name: StaticString) -> Int? {
        for index in fields.indices where isNamed(index, name) { return index }
        return nil
    }

    func name(at index: Int) -> ArraySlice<UInt8> {
        block[fields[index].name]
    }

    func value(at index: Int) -> ArraySlice<UInt8> {
        block[fields[index].value]
    }
}
