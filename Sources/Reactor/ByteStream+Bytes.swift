// Moving bytes: never blocks, never waits.
internal import COpenSSL
internal import CSys
public import Core

extension ByteStream {
    /// Reads what is there. Over TLS a peer that closed the socket without saying so first is a
    /// failure, not an end: what was read may be cut.
    public func read(into buffer: UnsafeMutableRawBufferPointer) throws(Failure) -> ReadResult {
        reactor.preconditionOnLoop()
        guard !state.contains(.closed) else { throw Self.closedHere }
        guard state.contains(.readable) else { return .wouldBlock }
        guard let base = buffer.baseAddress, !buffer.isEmpty else { return .wouldBlock }
        if let tls { return try readTLS(tls, base, buffer.count) }
        let count = bw_read(fd, base, buffer.count)
        if count > 0 {
            // What comes after a short read raises a new edge; only an end seen before does not.
            if count < buffer.count, !state.contains(.peerClosed) { state.remove(.readable) }
            return .bytes(count)
        }
        if count == 0 { return .end }
        guard bw_would_block(Int32(count)) == 1 else { throw lost(count) }
        state.remove(.readable)
        return .wouldBlock
    }

    private func readTLS(
        _ tls: OpaquePointer, _ base: UnsafeMutableRawPointer, _ capacity: Int
    ) throws(Failure) -> ReadResult {
        guard !state.contains(.broken) else { throw lostTLS(nil) }
        let count = bw_tls_read(tls, base, capacity)
        if count > 0 { return .bytes(count) }
        switch Int32(count) {
        case BW_TLS_DONE.rawValue: return .end
        case BW_TLS_WANT_READ.rawValue:
            state.remove(.readable)
            return .wouldBlock
        case BW_TLS_WANT_WRITE.rawValue:
            state.remove(.readable)
            state.insert(.readWantsWrite)
            return .wouldBlock
        case BW_TLS_TRUNCATED.rawValue:
            state.insert(.broken)
            throw Failure(.unavailable, "the peer closed the TLS connection without saying so")
        default: throw lostTLS(tls)
        }
    }

    /// Writes as much as fits now; 0 when nothing does: wait until the stream is writable.
    public func write(_ buffer: UnsafeRawBufferPointer) throws(Failure) -> Int {
        reactor.preconditionOnLoop()
        guard !state.contains(.closed) else { throw Self.closedHere }
        precondition(!state.contains(.writeClosed), "written after closeWrite")
        var done = 0
        while state.contains(.writable), done < buffer.count, let base = buffer.baseAddress {
            let count = try writeSome(base + done, buffer.count - done)
            guard count > 0 else { break }
            done += count
        }
        return done
    }

    /// One system call or one TLS record; 0 when it would block.
    private func writeSome(_ base: UnsafeRawPointer, _ size: Int) throws(Failure) -> Int {
        guard let tls else {
            let count = bw_send(fd, base, size)
            if count >= 0 { return count }
            guard bw_would_block(Int32(count)) == 1 else { throw lost(count) }
            state.remove(.writable)
            return 0
        }
        guard !state.contains(.broken) else { throw lostTLS(nil) }
        let count = bw_tls_write(tls, base, size)
        if count > 0 { return count }
        switch Int32(count) {
        case BW_TLS_WANT_WRITE.rawValue: state.remove(.writable)
        case BW_TLS_WANT_READ.rawValue:
            state.remove(.writable)
            state.insert(.writeWantsRead)
        default: throw lostTLS(tls)
        }
        return 0
    }

    static var closedHere: Failure { Failure(.cancelled, "the connection was closed") }

    private func lost(_ code: Int) -> Failure {
        Failure(.unavailable, "the connection broke", detail: "\(peer): \(errorText(code))")
    }

    /// The failure of the TLS call before; nil when it failed earlier.
    func lostTLS(_ tls: OpaquePointer?) -> Failure {
        state.insert(.broken)
        var detail = "\(peer): failed before"
        if let tls { detail = "\(peer): \(tlsErrorText(tls))" }
        return Failure(.unavailable, "the TLS connection broke", detail: detail)
    }
}

/// Why the call before on this TLS connection failed.
func tlsErrorText(_ tls: OpaquePointer) -> String {
    withUnsafeTemporaryAllocation(of: CChar.self, capacity: 256) { buffer in
        guard let base = buffer.baseAddress else { return "" }
        bw_tls_error(tls, base, buffer.count)
        return String(cString: base)
    }
}
