// Stage 2: what is asked. The body within its limit, strict JSON, the era's rules, the session a
// legacy client names.
internal import Core
internal import HTTP
internal import MCP
internal import Vault

/// A client's message, understood.
struct Resolved: Sendable {
    let message: ClientMessage
    let session: SessionToken?
}

extension Gateway {
    func resolve(_ arrival: Arrival, _ access: any Access) async throws(Refusal) -> Resolved {
        let body: [UInt8]
        do throws(RPCError) {
            try arrival.headers.checkMediaTypes()
        } catch {
            throw refusal(error, arrival, access)
        }
        do throws(Failure) {
            body = try await arrival.request.body.collect(maxBytes: Limits.bodyBytesMax)
        } catch {
            throw refusal(RPCError(error), arrival, access)
        }
        let json: JSON
        do throws(JSONError) {
            json = try JSON.parse(body)
        } catch {
            throw refusal(.parse(error.message), arrival, access)
        }
        do throws(RPCError) {
            let message = try ClientMessage(json, headers: arrival.headers)
            let session = message.era == .legacy ? try session(arrival, access) : nil
            return Resolved(message: message, session: session)
        } catch {
            let id = json.kind == .object ? json["id"].flatMap { RequestID($0) } : nil
            throw refusal(error, arrival, access, id: id)
        }
    }

    /// GET and DELETE: the handshake era's stream and end of session. Both need a session; the
    /// modern era has neither.
    func resolveSession(_ arrival: Arrival, _ access: any Access) throws(Refusal) -> SessionToken? {
        do throws(RPCError) {
            guard arrival.headerEra == .legacy else { throw .methodNotAllowed }
            try checkVersion(arrival.headers.protocolVersion)
            if arrival.request.method == .get { try arrival.headers.checkStreamAccepted() }
            return try session(arrival, access)
        } catch {
            throw refusal(error, arrival, access)
        }
    }

    /// A version that does not exist is refused here (MCP 2025-11-25, transports); without one,
    /// 2025-03-26 is meant.
    private func checkVersion(_ header: HeaderField) throws(RPCError) {
        guard !header.isRepeated else {
            throw .headerMismatch("`MCP-Protocol-Version` appears more than once.")
        }
        guard let version = header.value, Revision(version) == nil else { return }
        throw .unsupportedVersion(
            Array(version), supported: Revision.supported([.legacy, .modern]))
    }

    private func session(_ arrival: Arrival, _ access: any Access) throws(RPCError) -> SessionToken?
    {
        let header = arrival.headers.sessionID
        guard let text = header.value else { return nil }
        guard !header.isRepeated else { throw .sessionNotFound }
        return try SessionToken.open(
            Array(text), grant: access.holder.grant, server: access.upstream.id
        ) { sealed in
            let secret = try? access.keys.open(
                sealed, purpose: .session, context: sessionContext(access))
            return secret?.withBytes { Array($0) }
        }
    }

    /// The token under which the client will know the upstream's session.
    func seal(_ session: SessionToken, _ access: any Access) -> [UInt8] {
        session.text(sealedBy: { plain in
            access.keys.seal(
                Secret(copying: plain), purpose: .session, context: sessionContext(access),
                entropy: entropy)
        })
    }

    private func sessionContext(_ access: any Access) -> SealContext {
        SealContext(
            tenant: access.holder.tenant, table: "mcp_session", row: access.holder.grant,
            column: access.upstream.id, version: 1)
    }
}
