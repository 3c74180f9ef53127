// JSON-RPC 2.0 as MCP narrows it: one message, ids that are strings or integers, params an object.
public import Core

/// One JSON-RPC message, told apart by what it has, with the document it was read from.
public struct Envelope: Sendable {
    public enum Kind: Sendable, Equatable {
        case request
        case notification
        /// A response: to the client from an upstream, or to an upstream's own request.
        case response
    }

    public let kind: Kind
    /// The request's or response's id; nil for a notification, and for an error response that
    /// answers a request its sender could not read.
    public let id: RequestID?
    /// The method's name; empty for a response.
    public let method: [UInt8]
    /// Always an object when it is there.
    public let params: JSON?
    /// The whole message, as it was parsed.
    public let json: JSON

    /// Whether a response carries an error rather than a result.
    public var isError: Bool { kind == .response && json["error"] != nil }

    /// Reads a message. Throws `-32600` for what JSON-RPC or MCP does not allow, batches included.
    public init(_ json: JSON) throws(RPCError) {
        guard json.kind != .array else { throw .batch }
        guard json.kind == .object else {
            throw .invalidRequest("The body must be one JSON-RPC object.")
        }
        guard let version = json["jsonrpc"], version.equals("2.0") else {
            throw .invalidRequest("`jsonrpc` must be \"2.0\".")
        }
        self.json = json
        id = try Self.id(of: json)
        if let method = json["method"] {
            guard let name = method.utf8, !name.isEmpty else {
                throw .invalidRequest("`method` must be a string.")
            }
            guard json["result"] == nil, json["error"] == nil else {
                throw .invalidRequest("A message has a `method` or a `result`, not both.")
            }
            self.method = name
            kind = id == nil ? .notification : .request
            params = json["params"]
            guard params == nil || params?.kind == .object else {
                throw .invalidRequest("`params` must be an object.")
            }
        } else {
            guard (json["result"] == nil) != (json["error"] == nil) else {
                throw .invalidRequest("A response has either a `result` or an `error`.")
            }
            guard id != nil || json["error"] != nil else {
                throw .invalidRequest("A response has an `id`.")
            }
            method = []
            kind = .response
            params = nil
        }
    }

    private static func id(of json: JSON) throws(RPCError) -> RequestID? {
        guard let node = json["id"] else { return nil }
        // An error about an unreadable request has a null id in JSON-RPC, though not in MCP.
        if node.isNull, json["error"] != nil { return nil }
        guard let id = RequestID(node) else {
            throw .invalidRequest(
                "`id` must be a string or an integer of at most \(RequestID.bytesMax) bytes.")
        }
        return id
    }
}
