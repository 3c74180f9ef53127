// The ladder a POST climbs before anything is decided: JSON, envelope, era, required `_meta`,
// headers that agree with the body, a method that exists. The body is what counts; the headers
// may only repeat it.
public import Core

/// A message of a client that obeys its era's rules.
public struct ClientMessage: Sendable {
    public let envelope: Envelope
    public let era: Era
    /// The revision the client named; nil for `initialize` and for a legacy client that left the
    /// header out (which then means 2025-03-26).
    public let revision: Revision?
    /// Nil for a response.
    public let method: RPCMethod?
    /// What `tools/call` or `prompts/get` names, or the URI that `resources/read` does.
    public let name: [UInt8]?

    /// Reads a message from a body that was parsed already.
    public init(_ json: JSON, headers: MessageHeaders) throws(RPCError) {
        let envelope = try Envelope(json)
        self.envelope = envelope
        let meta = envelope.params?["_meta"]
        (era, revision) = try Self.negotiated(envelope, meta, headers)
        guard envelope.kind != .response else {
            guard era == .legacy else {
                throw .invalidRequest("This revision has no responses from a client.")
            }
            method = nil
            name = nil
            return
        }
        let isRequest = envelope.kind == .request
        if era == .modern {
            if isRequest { try Self.checkMeta(meta) }
            try Self.checkMethod(envelope, headers, isRequest: isRequest)
        }
        guard let method = RPCMethod(envelope.method), method.exists(in: era),
            method.isNotification != isRequest
        else {
            throw .methodNotFound(envelope.method, era: era, isRequest: isRequest)
        }
        self.method = method
        name = try Self.name(method, envelope, era)
        if era == .modern, method.nameParameter != nil {
            try Self.checkName(name, headers)
        }
    }

    // MARK: Era

    private static func negotiated(
        _ envelope: Envelope, _ meta: JSON?, _ headers: MessageHeaders
    ) throws(RPCError) -> (Era, Revision?) {
        let claimed = meta?[MetaKey.protocolVersion]
        guard !headers.protocolVersion.isRepeated else {
            throw .headerMismatch("`MCP-Protocol-Version` appears more than once.")
        }
        guard let header = headers.protocolVersion.value else {
            guard claimed == nil else {
                throw .headerMismatch(
                    "`MCP-Protocol-Version` is missing; it must repeat the version in `_meta`.")
            }
            return (.legacy, nil)
        }
        if let claimed, !claimed.equals(Array(header)) {
            throw .headerMismatch(
                "`MCP-Protocol-Version` and the version in `_meta` must be the same.")
        }
        guard let revision = Revision(header) else {
            throw .unsupportedVersion(
                Array(header), supported: Revision.supported([.legacy, .modern]))
        }
        if revision.era == .legacy, claimed != nil {
            throw .unsupportedVersion(
                Array(header), supported: Revision.supported([.modern]))
        }
        // An `initialize` belongs to the handshake era, whatever version was probed before it.
        let isHandshake = HeaderValue.equal(envelope.method, "initialize")
        if revision.era == .modern, isHandshake, claimed == nil { return (.legacy, nil) }
        return (revision.era, revision)
    }

    private static func checkMeta(_ meta: JSON?) throws(RPCError) {
        guard let meta, meta.kind == .object else {
            throw .invalidParams(
                "`params._meta` must be an object with `\(MetaKey.protocolVersion)` and "
                    + "`\(MetaKey.clientCapabilities)`.", era: .modern)
        }
        guard meta[MetaKey.protocolVersion] != nil else {
            throw .invalidParams(
                "`params._meta` lacks `\(MetaKey.protocolVersion)`.", era: .modern)
        }
        guard let capabilities = meta[MetaKey.clientCapabilities],
            capabilities.kind == .object
        else {
            throw .invalidParams(
                "`params._meta` lacks the object `\(MetaKey.clientCapabilities)`.", era: .modern)
        }
    }

    // MARK: Headers that repeat the body

    private static func checkMethod(
        _ envelope: Envelope, _ headers: MessageHeaders, isRequest: Bool
    ) throws(RPCError) {
        guard !headers.method.isRepeated else {
            throw .headerMismatch("`Mcp-Method` appears more than once.")
        }
        guard let header = headers.method.value else {
            guard !isRequest else {
                throw .headerMismatch("`Mcp-Method` is missing; it must repeat `method`.")
            }
            return
        }
        guard header.elementsEqual(envelope.method) else {
            throw .headerMismatch("`Mcp-Method` and the body's `method` must be the same.")
        }
    }

    private static func name(_ method: RPCMethod, _ envelope: Envelope, _ era: Era)
        throws(RPCError) -> [UInt8]?
    {
        guard let key = method.nameParameter else { return nil }
        guard let node = envelope.params?.member(bytes(of: key)), let name = node.utf8 else {
            throw .invalidParams("`params.\(key)` must be a string.", era: era)
        }
        if method == .toolsCall, let arguments = envelope.params?["arguments"],
            arguments.kind != .object
        {
            throw .invalidParams("`params.arguments` must be an object.", era: era)
        }
        return name
    }

    private static func checkName(_ name: [UInt8]?, _ headers: MessageHeaders)
        throws(RPCError)
    {
        guard !headers.name.isRepeated else {
            throw .headerMismatch("`Mcp-Name` appears more than once.")
        }
        guard let header = headers.name.value else {
            throw .headerMismatch("`Mcp-Name` is missing; it must repeat what the body names.")
        }
        guard let decoded = HeaderValue.decode(Array(header)) else {
            throw .headerMismatch("`Mcp-Name` holds base64 that cannot be decoded.")
        }
        guard decoded == name else {
            throw .headerMismatch("`Mcp-Name` and what the body names must be the same.")
        }
    }

    private static func bytes(of text: StaticString) -> [UInt8] {
        text.withUTF8Buffer { Array($0) }
    }
}
