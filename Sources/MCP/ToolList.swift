// Filtering `tools/list`. A list that is not understood is not passed on: what cannot be filtered
// could leak what is hidden.
public import Core

/// A `tools/list` response with some tools withheld, everything else kept as it was.
public struct ToolList: Sendable {
    /// The response to send.
    public let response: [UInt8]
    /// How many tools the upstream listed, and how many of them were withheld.
    public let listed: Int
    public let withheld: Int

    /// Keeps the tools whose name `isVisible` admits, in order and unchanged.
    ///
    /// In the modern era the answer's `cacheScope` becomes `private`: what one grant may see is
    /// no shared cache's business. Throws `.upstreamInvalid` for a malformed list.
    public init(filtering message: JSON, era: Era, isVisible: ([UInt8]) -> Bool) throws(Failure) {
        guard let result = message["result"], result.kind == .object,
            let tools = result["tools"], tools.kind == .array
        else { throw Self.malformed("no array `result.tools`") }
        let kept = try Self.visible(tools, isVisible)
        listed = tools.count
        withheld = tools.count - kept.count

        var writer = JSONWriter()
        writer.beginObject()
        for member in message.members {
            writer.key(member.key.utf8)
            if member.key.equals("result") {
                Self.write(result, kept, era, &writer)
            } else {
                writer.value(member.value)
            }
        }
        writer.endObject()
        response = writer.bytes
    }

    private static func visible(_ tools: JSON, _ isVisible: ([UInt8]) -> Bool)
        throws(Failure) -> [JSON]
    {
        var kept: [JSON] = []
        for tool in tools.elements {
            guard tool.kind == .object, let name = tool["name"]?.utf8 else {
                throw malformed("a tool without a name")
            }
            if isVisible(name) { kept.append(tool) }
        }
        return kept
    }

    private static func write(
        _ result: JSON, _ kept: [JSON], _ era: Era, _ writer: inout JSONWriter
    ) {
        writer.beginObject()
        for member in result.members {
            if era == .modern, member.key.equals("cacheScope") { continue }
            writer.key(member.key.utf8)
            if member.key.equals("tools") {
                writer.beginArray()
                for tool in kept { writer.value(tool) }
                writer.endArray()
            } else {
                writer.value(member.value)
            }
        }
        if era == .modern {
            writer.key("cacheScope")
            writer.string("private")
        }
        writer.endObject()
    }

    private static func malformed(_ what: String) -> Failure {
        Failure(
            .upstreamInvalid, "The upstream server's list of tools is malformed: \(what).")
    }
}
