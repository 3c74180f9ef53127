public import Core

/// What a request asks for: the path and query of its target, undecoded, as received.
///
/// The bytes are already known to be those of RFC 3986 (no blanks, controls, quotes, fragment;
/// every `%` followed by two hexadecimal digits).
public struct Target: Sendable {
    private let block: [UInt8]
    private let pathRange: Range<Int>
    private let queryRange: Range<Int>?

    init(block: [UInt8], path: Range<Int>, query: Range<Int>?) {
        self.block = block
        self.pathRange = path
        self.queryRange = query
    }

    /// Reads an origin-form target (`/path?query`); nil when a byte does not belong into one.
    public init?(_ text: String) {
        let bytes = Array(text.utf8)
        guard let mark = TargetGrammar.originForm(0..<bytes.count, in: bytes.span) else {
            return nil
        }
        self.init(
            block: bytes, path: 0..<mark, query: mark < bytes.count ? mark + 1..<bytes.count : nil)
    }

    /// The path as received, `/` first; `*` for `OPTIONS *`.
    public var path: String { String(decoding: pathBytes, as: UTF8.self) }
    public var pathBytes: ArraySlice<UInt8> { block[pathRange] }

    /// What follows `?`, undecoded; nil when there is no `?`.
    public var query: String? { queryBytes.map { String(decoding: $0, as: UTF8.self) } }
    public var queryBytes: ArraySlice<UInt8>? { queryRange.map { block[$0] } }

    /// The segments between slashes, percent-decoded. `/` alone has none; a trailing slash gives an
    /// empty last one.
    ///
    /// Throws `malformed` for what two readers could take differently: an encoded slash or control
    /// byte, `.` or `..` (encoded or not), an empty inner segment, invalid UTF-8.
    public var pathSegments: [String] {
        get throws(Failure) { try PathSegments.decode(pathBytes) }
    }

    /// The query's `name=value` items in order, percent-decoded, `+` as a blank.
    /// Throws `malformed` for controls and invalid UTF-8.
    public func queryItems() throws(Failure) -> [QueryItem] {
        guard let queryBytes, !queryBytes.isEmpty else { return [] }
        var items: [QueryItem] = []
        for part in queryBytes.split(separator: UInt8(ascii: "&")) {
            let mark = part.firstIndex(of: UInt8(ascii: "=")) ?? part.endIndex
            let value = mark < part.endIndex ? part[part.index(after: mark)...] : []
            let name = try PercentDecoding.queryText(part[..<mark])
            items.append(QueryItem(name: name, value: try PercentDecoding.queryText(value)))
        }
        return items
    }
}

/// One `name=value` of a query, decoded.
public struct QueryItem: Equatable, Sendable {
    public let name: String
    public let value: String

    public init(name: String, value: String) {
        self.name = name
        self.value = value
    }
}
