public import Core

/// Where a request goes. Connections are pooled per reactor and destination.
public struct Destination: Hashable, Sendable {
    public let scheme: UpstreamURL.Scheme
    public let host: String
    public let port: UInt16
    /// Whether an administrator allowed private addresses, and with them plain `http`.
    public let allowPrivate: Bool

    /// Throws `invalid` for plain `http` where private addresses are not allowed: credentials would
    /// cross the internet in the clear.
    public init(_ url: UpstreamURL, allowPrivate: Bool) throws(Failure) {
        guard url.scheme == .https || allowPrivate else {
            throw Failure(
                .invalid,
                "the URL begins with `http://`; use `https://`, or set `allow_private` for a "
                    + "server on your own network")
        }
        self.scheme = url.scheme
        self.host = url.host
        self.port = url.port
        self.allowPrivate = allowPrivate
        self.authorityBytes = Array(url.authority.utf8)
    }

    /// The value of `Host`.
    let authorityBytes: [UInt8]

    public static func == (left: Destination, right: Destination) -> Bool {
        left.port == right.port && left.scheme == right.scheme
            && left.allowPrivate == right.allowPrivate
            && left.authorityBytes == right.authorityBytes
    }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(port)
        hasher.combine(authorityBytes)
    }
}
