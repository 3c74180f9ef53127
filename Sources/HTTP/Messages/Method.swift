/// A request method. Methods are case-sensitive (RFC 9110 section 9.1), so `get` is `other`.
public enum Method: Equatable, Hashable, Sendable {
    case get, head, post, put, patch, delete, options
    /// A valid token that is none of the above, as received.
    case other([UInt8])

    /// Reads a method token; the bytes are taken as already validated.
    public init(token: [UInt8]) {
        self.init(token.span)
    }

    /// The wire form.
    public var bytes: [UInt8] {
        if case .other(let bytes) = self { return bytes }
        return Array(name.utf8)
    }

    /// The wire form as text, for `Allow` and for logs.
    public var name: String {
        if case .other(let bytes) = self { return String(decoding: bytes, as: UTF8.self) }
        return "\(literal)"
    }

    /// Safe to send twice (RFC 9110 section 9.2.2).
    public var isIdempotent: Bool {
        switch self {
        case .get, .head, .put, .delete, .options: true
        case .post, .patch, .other: false
        }
    }

    static let known: [Method] = [.post, .get, .head, .put, .patch, .delete, .options]

    /// Reads a validated token without allocating for the known methods.
    init(_ token: Span<UInt8>) {
        for method in Method.known where equal(token, method.literal) {
            self = method
            return
        }
        self = .other((0..<token.count).map { token[$0] })
    }

    private var literal: StaticString {
        switch self {
        case .get: "GET"
        case .head: "HEAD"
        case .post: "POST"
        case .put: "PUT"
        case .patch: "PATCH"
        case .delete: "DELETE"
        case .options: "OPTIONS"
        case .other: ""
        }
    }
}
