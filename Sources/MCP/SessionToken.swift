// A legacy session as the client sees it: sealed, so that an id works for the grant and server it
// was made for and says nothing about the upstream's own.
internal import Core

/// What a sealed `Mcp-Session-Id` carries.
public struct SessionToken: Sendable, Equatable {
    /// Longest upstream session id taken.
    public static let upstreamBytesMax = 1_024
    /// Longest sealed token read.
    public static let bytesMax = 2_048

    /// The upstream's own session id: visible ASCII (MCP 2025-11-25, transports).
    public let upstreamID: [UInt8]
    public let grant: String
    public let server: String

    /// Nil when the upstream's id breaks the protocol's alphabet or is too long.
    public init?(upstreamID: [UInt8], grant: String, server: String) {
        guard !upstreamID.isEmpty, upstreamID.count <= Self.upstreamBytesMax,
            upstreamID.allSatisfy({ $0 >= 0x21 && $0 <= 0x7E })
        else { return nil }
        self.upstreamID = upstreamID
        self.grant = grant
        self.server = server
    }

    /// The token's text: visible ASCII. `seal` is authenticated encryption.
    public func text<E: Error>(sealedBy seal: ([UInt8]) throws(E) -> [UInt8]) throws(E) -> [UInt8] {
        Array(Base64.encodeURL(try seal(plain)).utf8)
    }

    /// The session a token stands for. Throws the same 404 whether the token is garbage, sealed
    /// under another key, or another grant's: which of them it is helps nobody but a thief.
    public static func open(
        _ text: [UInt8], grant: String, server: String, by open: ([UInt8]) -> [UInt8]?
    ) throws(RPCError) -> SessionToken {
        guard text.count <= bytesMax, let sealed = Base64.decodeURL(text),
            let plain = open(sealed), let token = SessionToken(plain: plain),
            token.grant.utf8.elementsEqual(grant.utf8),
            token.server.utf8.elementsEqual(server.utf8)
        else { throw .sessionNotFound }
        return token
    }

    // One version byte, then each field with its length before it, so that no two sessions
    // share a form.
    private static let version: UInt8 = 1

    private var plain: [UInt8] {
        var out: [UInt8] = [Self.version]
        for field in [Array(grant.utf8), Array(server.utf8), upstreamID] {
            out.append(UInt8(truncatingIfNeeded: field.count >> 8))
            out.append(UInt8(truncatingIfNeeded: field.count))
            out += field
        }
        return out
    }

    private init?(plain: [UInt8]) {
        guard plain.first == Self.version else { return nil }
        var rest = plain.dropFirst()
        var fields: [[UInt8]] = []
        while rest.count >= 2 {
            let count = Int(rest.removeFirst()) << 8 | Int(rest.removeFirst())
            guard rest.count >= count else { return nil }
            fields.append(Array(rest.prefix(count)))
            rest = rest.dropFirst(count)
        }
        guard rest.isEmpty, fields.count == 3 else { return nil }
        self.init(
            upstreamID: fields[2], grant: String(decoding: fields[0], as: UTF8.self),
            server: String(decoding: fields[1], as: UTF8.self))
    }
}
