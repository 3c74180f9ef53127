// How a stream comes to be: connecting, and the TLS handshake of both sides.
internal import COpenSSL
internal import CSys
public import Core

extension ByteStream {
    /// Connects, and with `tls` shakes hands and verifies the peer as `serverName` (a host name or
    /// an address literal; the address itself when nil). On the reactor's thread. Fails with
    /// `.unavailable` (refused, unreachable, certificate refused) or `.timeout`.
    nonisolated(nonsending)
        public static func connect(
            _ address: SocketAddress, on reactor: Reactor, tls: TLSClient? = nil,
            serverName: String? = nil, deadlineNanoseconds: UInt64
        ) async throws(Failure) -> ByteStream
    {
        reactor.preconditionOnLoop()
        var raw = address.raw
        var pending: Int32 = 0
        let fd = bw_tcp_connect(&raw, &pending)
        guard fd >= 0 else { throw refused(address, fd) }
        let stream = try ByteStream(
            fd: fd, peer: address, reactor: reactor, listener: nil, writable: pending == 0)
        do {
            if pending != 0 {
                try await stream.waitConnected(deadlineNanoseconds)
            }
            if let tls {
                stream.tls = try tls.attach(to: fd, as: serverName ?? address.host)
                try await stream.handshake(deadlineNanoseconds)
            }
        } catch {
            stream.close()
            throw error
        }
        return stream
    }

    private static func refused(_ address: SocketAddress, _ code: Int32) -> Failure {
        Failure(.unavailable, "cannot connect", detail: "\(address): \(errorText(code))")
    }

    nonisolated(nonsending)
        private func waitConnected(_ deadline: UInt64) async throws(Failure)
    {
        do throws(Failure) {
            try await waitWritable(deadlineNanoseconds: deadline)
        } catch  where error.code == .timeout {
            throw Failure(.timeout, "cannot connect in time", detail: "\(peer)")
        }
        let code = bw_socket_error(fd)
        guard code == 0 else { throw Self.refused(peer, code) }
    }

    /// Shakes hands as whichever side `tls` was made for.
    nonisolated(nonsending)
        func handshake(_ deadline: UInt64) async throws(Failure)
    {
        guard let tls else { return }
        // What came before the connection was TLS, if anything, may already have raised its edge.
        state.formUnion([.readable, .writable])
        do throws(Failure) {
            while try await stepHandshake(tls, deadline) {}
        } catch {
            state.insert(.broken)
            guard error.code == .timeout else { throw error }
            throw Failure(.timeout, "no TLS handshake in time", detail: "\(peer)")
        }
    }

    /// False when the handshake is over.
    nonisolated(nonsending)
        private func stepHandshake(
            _ tls: OpaquePointer, _ deadline: UInt64
        ) async throws(Failure) -> Bool
    {
        guard !state.contains(.closed) else { throw Self.closedHere }
        switch bw_tls_handshake(tls) {
        case BW_TLS_DONE.rawValue: return false
        case BW_TLS_WANT_READ.rawValue:
            state.remove(.readable)
            try await waitReadable(deadlineNanoseconds: deadline)
            return true
        case BW_TLS_WANT_WRITE.rawValue:
            state.remove(.writable)
            try await waitWritable(deadlineNanoseconds: deadline)
            return true
        case BW_TLS_TRUNCATED.rawValue:
            throw Failure(
                .unavailable, "TLS handshake failed", detail: "\(peer): closed by the peer")
        default:
            let reason = tlsErrorText(tls)
            throw Failure(
                .unavailable, "TLS handshake failed: \(reason)", detail: "\(peer): \(reason)")
        }
    }
}
