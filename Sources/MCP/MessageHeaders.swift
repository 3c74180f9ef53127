// The HTTP headers that MCP gives a meaning, as bytes. The HTTP target fills this in; nothing here
// knows a connection.

/// A header that may stand only once: a second one is remembered, never chosen from.
public struct HeaderField: Sendable {
    public private(set) var value: ArraySlice<UInt8>?
    public private(set) var isRepeated = false

    mutating func take(_ value: ArraySlice<UInt8>) {
        if self.value == nil { self.value = value } else { isRepeated = true }
    }
}

/// What the rules of the MCP endpoint read from a request's headers.
public struct MessageHeaders: Sendable {
    public private(set) var protocolVersion = HeaderField()
    public private(set) var method = HeaderField()
    /// Still encoded.
    public private(set) var name = HeaderField()
    /// Every `Mcp-Param-*` header: the part of the name after the prefix, and the encoded value.
    public private(set) var parameters: [(name: [UInt8], value: [UInt8])] = []
    public private(set) var sessionID = HeaderField()
    public private(set) var lastEventID = HeaderField()
    public private(set) var contentType = HeaderField()
    public private(set) var contentEncoding = HeaderField()
    public private(set) var origin = HeaderField()
    public private(set) var authorization = HeaderField()
    public private(set) var requestID = HeaderField()
    /// A list that may be spread over several fields.
    public private(set) var accept: [ArraySlice<UInt8>] = []

    public init() {}

    /// Takes one field, in the order received; one that means nothing here is passed over.
    public mutating func take(name: ArraySlice<UInt8>, value: ArraySlice<UInt8>) {
        switch name.count {
        case 6:
            if named(name, "accept") { accept.append(value) }
            if named(name, "origin") { origin.take(value) }
        case 8: if named(name, "mcp-name") { self.name.take(value) }
        case 10: if named(name, "mcp-method") { method.take(value) }
        case 12:
            if named(name, "content-type") { contentType.take(value) }
            if named(name, "x-request-id") { requestID.take(value) }
        case 13:
            if named(name, "authorization") { authorization.take(value) }
            if named(name, "last-event-id") { lastEventID.take(value) }
        case 14: if named(name, "mcp-session-id") { sessionID.take(value) }
        case 16: if named(name, "content-encoding") { contentEncoding.take(value) }
        case 20: if named(name, "mcp-protocol-version") { protocolVersion.take(value) }
        default: break
        }
        if name.count > 10, named(name.prefix(10), "mcp-param-") {
            parameters.append((name: Array(name.dropFirst(10)), value: Array(value)))
        }
    }

    private func named(_ name: ArraySlice<UInt8>, _ word: StaticString) -> Bool {
        MediaType.equalIgnoringCase(name, word)
    }

    /// Refuses a POST whose body or answer would be in a form that MCP does not have.
    public func checkMediaTypes() throws(RPCError) {
        guard let type = contentType.value, !contentType.isRepeated, MediaType.isJSON(type),
            contentEncoding.value.map({ MediaType.equalIgnoringCase($0, "identity") }) ?? true,
            !contentEncoding.isRepeated
        else { throw .unsupportedMediaType }
        // What clients send, almost all of them; read in full when it is anything else.
        if accept.count == 1, named(accept[0], "application/json, text/event-stream") { return }
        guard MediaType.accepts(accept, "application", "json"),
            MediaType.accepts(accept, "text", "event-stream")
        else { throw .notAcceptable }
    }

    /// Refuses a GET that could not read the stream it asks for.
    public func checkStreamAccepted() throws(RPCError) {
        guard MediaType.accepts(accept, "text", "event-stream") else {
            throw .streamNotAcceptable
        }
    }
}

/// `Accept` and `Content-Type`, as far as MCP needs them (RFC 9110 section 12.5.1 and 8.3).
public enum MediaType {
    /// `application/json`, with no charset but UTF-8.
    public static func isJSON(_ value: ArraySlice<UInt8>) -> Bool {
        if equalIgnoringCase(value, "application/json") { return true }
        let parts = value.split(separator: UInt8(ascii: ";"), omittingEmptySubsequences: false)
        guard let type = parts.first, equalIgnoringCase(trimmed(type), "application/json") else {
            return false
        }
        for parameter in parts.dropFirst() {
            let text = trimmed(parameter)
            guard startsIgnoringCase(text, "charset=") else { continue }
            let charset = text.dropFirst(8).filter { $0 != UInt8(ascii: "\"") }
            guard equalIgnoringCase(charset[...], "utf-8") else { return false }
        }
        return true
    }

    /// `text/event-stream`, whatever its parameters.
    public static func isEventStream(_ value: ArraySlice<UInt8>) -> Bool {
        let type = value.prefix { $0 != UInt8(ascii: ";") }
        return equalIgnoringCase(trimmed(type), "text/event-stream")
    }

    /// Whether these `Accept` values allow a type. No `Accept` at all allows everything.
    static func accepts(
        _ values: [ArraySlice<UInt8>], _ type: StaticString, _ subtype: StaticString
    ) -> Bool {
        if values.isEmpty { return true }
        for value in values {
            for range in value.split(separator: UInt8(ascii: ",")) {
                let parts = range.split(separator: UInt8(ascii: ";"))
                guard let name = parts.first, !parts.dropFirst().contains(where: isZeroQuality)
                else { continue }
                let words = trimmed(name).split(
                    separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
                guard words.count == 2 else { continue }
                let typeFits =
                    equalIgnoringCase(words[0], "*") || equalIgnoringCase(words[0], type)
                let subtypeFits =
                    equalIgnoringCase(words[1], "*") || equalIgnoringCase(words[1], subtype)
                if typeFits, subtypeFits { return true }
            }
        }
        return false
    }

    private static func isZeroQuality(_ parameter: ArraySlice<UInt8>) -> Bool {
        let text = trimmed(parameter)
        guard startsIgnoringCase(text, "q=0") else { return false }
        return text.dropFirst(3).allSatisfy {
            $0 == UInt8(ascii: "0") || $0 == UInt8(ascii: ".")
        }
    }

    private static func trimmed(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        var slice = bytes
        while let first = slice.first, first == 0x20 || first == 0x09 { slice.removeFirst() }
        while let last = slice.last, last == 0x20 || last == 0x09 { slice.removeLast() }
        return slice
    }

    private static func startsIgnoringCase(_ bytes: ArraySlice<UInt8>, _ word: StaticString)
        -> Bool
    {
        equalIgnoringCase(bytes.prefix(word.utf8CodeUnitCount), word)
    }

    static func equalIgnoringCase(_ bytes: ArraySlice<UInt8>, _ word: StaticString) -> Bool {
        guard bytes.count == word.utf8CodeUnitCount else { return false }
        return word.withUTF8Buffer { buffer in
            for index in 0..<buffer.count
            where lower(bytes[bytes.startIndex + index]) != lower(buffer[index]) {
                return false
            }
            return true
        }
    }

    private static func lower(_ byte: UInt8) -> UInt8 {
        byte >= UInt8(ascii: "A") && byte <= UInt8(ascii: "Z") ? byte | 0x20 : byte
    }
}
