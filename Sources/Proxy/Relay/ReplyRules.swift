// What an upstream may say to a client, message by message. Pure: bytes in, bytes or a failure out.
// An upstream is not trusted to keep the protocol: what cannot be read is not passed on.
internal import Core
internal import Governance
internal import MCP

/// Reads the messages that answer one request, or that come over one GET stream.
struct ReplyRules: Sendable {
    let era: Era
    /// The request that is answered; nil on a GET stream.
    let id: RequestID?
    let method: RPCMethod?
    /// Whether this grant may see a tool of that name.
    let isVisible: @Sendable ([UInt8]) -> Bool

    /// A message that may be passed on.
    enum Passed: Sendable {
        /// A notification or a request of the upstream's own.
        case interim([UInt8])
        case final(Reply)
    }

    /// The response to the client's request.
    struct Reply: Sendable {
        var bytes: [UInt8]
        /// The code of a JSON-RPC error; nil for a result.
        var errorCode: Int?
        var result: CallRecord.Result
    }

    /// Reads one message. Throws `.upstreamInvalid` when it breaks the protocol, answers another
    /// request, or is a list that cannot be filtered.
    func read(_ bytes: [UInt8]) throws(Failure) -> Passed {
        let json: JSON
        do throws(JSONError) {
            json = try JSON.parse(bytes, limits: Self.limits)
        } catch {
            throw Self.invalid("sent JSON that cannot be read", detail: error.message)
        }
        let envelope: Envelope
        do throws(RPCError) {
            envelope = try Envelope(json)
        } catch {
            throw Self.invalid("sent what is no JSON-RPC message", detail: error.message)
        }
        switch envelope.kind {
        case .notification:
            return .interim(bytes)
        case .request:
            guard era == .legacy else {
                throw Self.invalid("sent a request, which this revision does not allow")
            }
            return .interim(bytes)
        case .response:
            return try response(envelope, bytes)
        }
    }

    /// Reads the body of an HTTP error. Such errors often carry an id that is not the request's,
    /// so the answer takes the request's. Nil when the body is no JSON-RPC error.
    func readError(_ bytes: [UInt8]) -> Reply? {
        guard let json = try? JSON.parse(bytes, limits: Self.limits),
            let envelope = try? Envelope(json), envelope.isError
        else { return nil }
        return error(envelope, bytes)
    }

    private func response(_ envelope: Envelope, _ bytes: [UInt8]) throws(Failure) -> Passed {
        guard let id else {
            // A resumed stream replays answers to earlier requests; whichever they were, a list
            // of tools among them is filtered.
            if envelope.json["result"]?["tools"] == nil { return .interim(bytes) }
            let list = try ToolList(filtering: envelope.json, era: era, isVisible: isVisible)
            return .interim(list.response)
        }
        if envelope.isError {
            guard envelope.id == nil || envelope.id == id else { throw Self.foreign }
            return .final(error(envelope, bytes))
        }
        guard envelope.id == id else { throw Self.foreign }
        var reply = Reply(bytes: bytes, result: Self.summary(of: envelope.json, bytes.count))
        if method == .toolsList {
            reply.bytes =
                try ToolList(filtering: envelope.json, era: era, isVisible: isVisible).response
        } else if method == .initialize, UpstreamAnswer.negotiated(envelope.json) == nil {
            throw Self.invalid("settled on a protocol version that does not exist in its era")
        }
        return .final(reply)
    }

    private func error(_ envelope: Envelope, _ bytes: [UInt8]) -> Reply {
        let error = envelope.json["error"]
        var reply = Reply(
            bytes: bytes, errorCode: error?["code"]?.int ?? 0,
            result: CallRecord.Result(bytes: bytes.count, isError: true))
        if let id, envelope.id != id, let error {
            var writer = JSONWriter()
            writer.beginObject()
            writer.key("jsonrpc")
            writer.string("2.0")
            writer.key("id")
            writer.text(id.json)
            writer.key("error")
            writer.value(error)
            writer.endObject()
            reply.bytes = writer.bytes
        }
        return reply
    }

    /// What the record may tell of a result: its size, and of a tool's content the kinds.
    private static func summary(of json: JSON, _ count: Int) -> CallRecord.Result {
        var summary = CallRecord.Result(bytes: count)
        guard let result = json["result"], let content = result["content"],
            content.kind == .array
        else { return summary }
        summary.isError = result["isError"]?.bool == true
        for block in content.elements {
            guard summary.kinds.count < kindsMax, let kind = kind(of: block) else { continue }
            if !summary.kinds.contains(where: { $0.utf8.elementsEqual(kind.utf8) }) {
                summary.kinds.append(kind)
            }
        }
        return summary
    }

    /// The protocol's own words only: an upstream's text is no business of the log's.
    private static func kind(of block: JSON) -> String? {
        guard let type = block["type"] else { return nil }
        let known: [StaticString] = ["text", "image", "audio", "resource", "resource_link"]
        return known.first { type.equals($0) }?.description ?? "other"
    }

    private static let kindsMax = 6
    private static let limits = JSONLimits(bytesMax: Limits.upstreamMessageBytesMax)
    private static let foreign = invalid("answered another request")

    private static func invalid(_ what: String, detail: String? = nil) -> Failure {
        Failure(.upstreamInvalid, "The upstream server \(what).", detail: detail)
    }
}
