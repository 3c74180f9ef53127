public import Core

/// An absolute `http` or `https` URL read strictly: one reading, or an error that says what is odd.
///
/// Refused: userinfo, fragment, blanks and controls, backslashes, escapes in the host, hosts that
/// end in a number but are not four decimal numbers (`0x7f.1`, `127.1`, `2130706433`), names that
/// are not ASCII (write them in punycode), a trailing dot, port 0.
public struct UpstreamURL: Equatable, Hashable, Sendable {
    public enum Scheme: String, Sendable {
        case http, https

        public var defaultPort: UInt16 { self == .http ? 80 : 443 }
    }

    public let scheme: Scheme
    /// Lower case; an IPv6 literal without its brackets.
    public let host: String
    public let port: UInt16
    /// Path and query, at least `/`.
    public let target: [UInt8]

    /// Throws `invalid` with what is wrong and what would be right.
    public init(_ text: String) throws(Failure) {
        let bytes = Array(text.utf8)
        guard bytes.count <= Limits.urlBytesMax else {
            throw Self.invalid("is longer than \(Limits.urlBytesMax) bytes")
        }
        guard bytes.allSatisfy({ $0 > 0x20 && $0 < 0x7F && $0 != 0x5C }) else {
            throw Self.invalid("holds a blank, a backslash or a character outside ASCII")
        }
        let (scheme, rest) = try Self.scheme(bytes[...])
        let end = rest.firstIndex { $0 == .slash || $0 == 0x3F || $0 == 0x23 } ?? rest.endIndex
        (self.host, self.port) = try Self.authority(rest[..<end], scheme)
        self.target = try Self.target(rest[end...])
        self.scheme = scheme
    }

    /// `host` or `host:port`, as it stands in `Host`; the port only when it is not the default.
    public var authority: String {
        let name = host.utf8.contains(.colon) ? "[\(host)]" : host
        return port == scheme.defaultPort ? name : "\(name):\(port)"
    }

    private static func invalid(_ what: String) -> Failure {
        Failure(.invalid, "the URL \(what); write it as `https://host[:port]/path`")
    }

    private static func scheme(
        _ bytes: ArraySlice<UInt8>
    ) throws(Failure) -> (Scheme, ArraySlice<UInt8>) {
        let lowered = bytes.prefix(8).map(\.lowered)
        if lowered.starts(with: "https://".utf8) { return (.https, bytes.dropFirst(8)) }
        if lowered.starts(with: "http://".utf8) { return (.http, bytes.dropFirst(7)) }
        throw invalid("does not begin with `https://` or `http://`")
    }

    private static func authority(
        _ bytes: ArraySlice<UInt8>, _ scheme: Scheme
    ) throws(Failure) -> (String, UInt16) {
        if bytes.contains(UInt8(ascii: "@")) { throw invalid("holds a user name or password") }
        var host = bytes
        var port = bytes[bytes.endIndex...]
        if bytes.first == UInt8(ascii: "[") {
            guard let close = bytes.firstIndex(of: UInt8(ascii: "]")) else {
                throw invalid("has a host that opens a bracket and does not close it")
            }
            host = bytes[...close]
            port = bytes[(close + 1)...]
        } else if let colon = bytes.firstIndex(of: .colon) {
            host = bytes[..<colon]
            port = bytes[colon...]
        }
        return (try self.host(host), try self.port(port, scheme))
    }

    private static func port(_ bytes: ArraySlice<UInt8>, _ scheme: Scheme) throws(Failure) -> UInt16
    {
        if bytes.isEmpty { return scheme.defaultPort }
        let digits = bytes.dropFirst()
        guard bytes.first == .colon, (1...5).contains(digits.count), digits.allSatisfy(\.isDigit),
            let port = UInt16(String(decoding: digits, as: UTF8.self)), port > 0
        else { throw invalid("has a port that is not a number from 1 to 65535") }
        return port
    }

    private static func host(_ bytes: ArraySlice<UInt8>) throws(Failure) -> String {
        if bytes.first == UInt8(ascii: "[") {
            let text = String(decoding: bytes.dropFirst().dropLast(), as: UTF8.self)
            guard text.utf8.contains(.colon), IPAddress(text) != nil else {
                throw invalid("has brackets around something other than an IPv6 address")
            }
            return String(decoding: text.utf8.map(\.lowered), as: UTF8.self)
        }
        let text = String(decoding: bytes.map(\.lowered), as: UTF8.self)
        let labels = bytes.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard bytes.count <= 253, labels.allSatisfy(isLabel) else {
            throw invalid(
                "has a host that is not labels of letters, digits and hyphens between dots")
        }
        if let last = labels.last, endsInNumber(last), IPAddress(text) == nil {
            throw invalid("has a numeric host that is not four decimal numbers")
        }
        return text
    }

    /// 1–63 letters, digits, hyphens inside, and the underscore that container names use.
    private static func isLabel(_ label: ArraySlice<UInt8>) -> Bool {
        (1...63).contains(label.count) && label.first != 0x2D && label.last != 0x2D
            && label.allSatisfy { $0.isAlpha || $0.isDigit || $0 == 0x2D || $0 == 0x5F }
    }

    /// Whether some reader would take the host for a number: digits alone, or `0x…`.
    private static func endsInNumber(_ label: ArraySlice<UInt8>) -> Bool {
        if label.allSatisfy(\.isDigit) { return true }
        return label.map(\.lowered).starts(with: "0x".utf8)
            && label.dropFirst(2).allSatisfy { $0.hexValue != nil }
    }

    private static func target(_ bytes: ArraySlice<UInt8>) throws(Failure) -> [UInt8] {
        if bytes.contains(0x23) { throw invalid("holds a fragment (`#`)") }
        let whole: [UInt8] = bytes.first == .slash ? Array(bytes) : [.slash] + bytes
        guard TargetGrammar.originForm(0..<whole.count, in: whole.span) != nil else {
            throw invalid("has a path or query with a character that must be percent-encoded")
        }
        return whole
    }
}
