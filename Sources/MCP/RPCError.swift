// Every error the gateway itself answers with, and its two numbers: the HTTP status and the
// JSON-RPC code. `RPCError+Failure.swift` maps `Failure` onto the same shape.
public import Core

/// A refusal in the words of JSON-RPC, with the HTTP status it travels under.
public struct RPCError: Error, Sendable {
    /// HTTP status.
    public var status: Int
    /// JSON-RPC code: the standard ones, MCP's, and for what neither names the HTTP status itself
    /// (outside -32768…-32000, which are reserved).
    public var code: Int
    /// What is wrong and what would be right, for whoever runs the client.
    public var message: String
    public var data: JSONValue?
    /// The word for the record and for `data.code`.
    public var failure: Failure.Code
    /// Seconds for `Retry-After`, where waiting helps.
    public var retryAfterSeconds: Int?

    public init(
        status: Int, code: Int, _ message: String, _ failure: Failure.Code,
        data: JSONValue? = nil, retryAfterSeconds: Int? = nil
    ) {
        self.status = status
        self.code = code
        self.message = message
        self.failure = failure
        self.data = data
        self.retryAfterSeconds = retryAfterSeconds
    }

    /// The JSON-RPC error response. `id` is left out when the request's id could not be read.
    public func body(id: RequestID?) -> [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("jsonrpc")
        writer.string("2.0")
        if let id {
            writer.key("id")
            writer.text(id.json)
        }
        writer.key("error")
        writer.beginObject()
        writer.key("code")
        writer.int(code)
        writer.key("message")
        writer.string(message)
        if let data {
            writer.key("data")
            writer.value(data)
        }
        writer.endObject()
        writer.endObject()
        return writer.bytes
    }
}

extension RPCError {
    // MARK: What cannot be read

    public static func parse(_ message: String) -> RPCError {
        RPCError(status: 400, code: -32700, message, .malformed)
    }

    public static func invalidRequest(_ message: String) -> RPCError {
        RPCError(status: 400, code: -32600, message, .malformed)
    }

    public static var batch: RPCError {
        invalidRequest("JSON-RPC batches are not accepted; send each message by itself.")
    }

    /// `-32602`. The handshake era answers requests with 200, whatever they say.
    public static func invalidParams(_ message: String, era: Era) -> RPCError {
        RPCError(
            status: era == .modern ? 400 : 200, code: -32602, message,
            .malformed)
    }

    // MARK: What the era's rules refuse

    /// The headers of a modern request and its body disagree, or a needed header is missing.
    public static func headerMismatch(_ message: String) -> RPCError {
        RPCError(status: 400, code: -32020, message, .headerMismatch)
    }

    /// The protocol version is none of the supported ones.
    public static func unsupportedVersion(_ requested: [UInt8], supported: [Revision])
        -> RPCError
    {
        let shown = String(decoding: requested.prefix(64), as: UTF8.self)
        let names = supported.map(\.text)
        return RPCError(
            status: 400, code: -32022,
            "Unsupported protocol version `\(shown)`; supported here: "
                + names.joined(separator: ", ") + ".",
            .malformed,
            data: .object([
                .init("supported", .array(names.map { .string($0) })),
                .init("requested", .string(shown)),
            ]))
    }

    /// A method that does not exist. In the handshake era a 404 would mean that the session is
    /// gone, so a request is answered with 200 and a notification refused with 400.
    public static func methodNotFound(_ method: [UInt8], era: Era, isRequest: Bool) -> RPCError {
        let shown = String(decoding: method.prefix(128), as: UTF8.self)
        let status = era == .modern ? 404 : isRequest ? 200 : 400
        return RPCError(
            status: status, code: -32601, "Method not found: \(shown)", .notFound)
    }

    /// A modern probe of an upstream that only speaks the handshake era. `-32601` is what makes
    /// every client that speaks both go on with `initialize`.
    public static func discoverNotSpoken(supported: [Revision]) -> RPCError {
        let names = supported.map(\.text)
        return RPCError(
            status: 404, code: -32601,
            "This server speaks " + names.joined(separator: ", ")
                + ": connect with `initialize`.",
            .malformed,
            data: .object([.init("supported", .array(names.map { .string($0) }))]))
    }

    /// A tool that does not exist, or that must look so.
    public static func unknownTool(_ name: [UInt8], era: Era) -> RPCError {
        let shown = String(decoding: name.prefix(256), as: UTF8.self)
        return RPCError(
            status: era == .modern ? 400 : 200, code: -32602, "Unknown tool: \(shown)", .notFound)
    }

    /// The session is unknown, expired or another grant's; the client must initialize again.
    public static var sessionNotFound: RPCError {
        RPCError(
            status: 404, code: -32600,
            "Session not found: it has expired or belongs to another grant. "
                + "Initialize a new session.", .notFound)
    }

    // MARK: What HTTP refuses

    public static var notAcceptable: RPCError {
        RPCError(
            status: 406, code: 406,
            "`Accept` must allow both application/json and text/event-stream.", .notAcceptable)
    }

    public static var streamNotAcceptable: RPCError {
        RPCError(
            status: 406, code: 406, "`Accept` must allow text/event-stream.", .notAcceptable)
    }

    public static var unsupportedMediaType: RPCError {
        RPCError(
            status: 415, code: 415,
            "The body must be uncompressed application/json in UTF-8.", .unsupportedMediaType)
    }

    public static var methodNotAllowed: RPCError {
        RPCError(
            status: 405, code: 405,
            "This method is not allowed here; send JSON-RPC messages with POST.",
            .methodNotAllowed)
    }

    public static var foreignOrigin: RPCError {
        RPCError(
            status: 403, code: 403,
            "Requests from this `Origin` are refused: a browser page of another site may not "
                + "use a grant.", .forbidden)
    }
}
