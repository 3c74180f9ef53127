public import Core

/// How an upstream is reached. Only streamable HTTP can be registered yet.
public enum Transport: String, Sendable {
    case streamableHTTP = "streamable_http"
    case sse
    case stdio
}

/// A registered MCP upstream.
public struct Server: Sendable, Equatable {
    public let id: String
    /// Stands in URLs; immutable and never used again, even after the server is deleted.
    public let slug: String
    public let name: String
    public let transport: Transport
    public let url: String
    /// Whether an administrator allowed this server to have a private address.
    public let allowPrivate: Bool
    /// When its tools were first recorded.
    public let discoveredAt: Timestamp?
    /// Goes up with every change; the strong entity tag.
    public let version: Int
    public let createdAt: Timestamp
    public let updatedAt: Timestamp
}

/// What a new server is made of, unchecked. Everything wrong is reported at once.
public struct NewServer: Sendable {
    public var slug: String
    public var name: String
    public var transport: String
    public var url: String?
    public var allowPrivate: Bool

    public init(
        slug: String, name: String, transport: String, url: String?, allowPrivate: Bool = false
    ) {
        self.slug = slug
        self.name = name
        self.transport = transport
        self.url = url
        self.allowPrivate = allowPrivate
    }
}

/// What may be changed about a server; nil leaves a field as it is.
public struct ServerEdit: Sendable {
    public var name: String?
    public var url: String?
    public var allowPrivate: Bool?

    public init(name: String? = nil, url: String? = nil, allowPrivate: Bool? = nil) {
        self.name = name
        self.url = url
        self.allowPrivate = allowPrivate
    }
}

/// Says what is wrong with an upstream URL, or nil when nothing is.
///
/// Injected: the address rules live beside the client that dials (S11), out of reach from here.
public typealias URLCheck = @Sendable (_ url: String, _ allowPrivate: Bool) -> String?
