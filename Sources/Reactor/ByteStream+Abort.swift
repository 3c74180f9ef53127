// Ending badly on purpose.
internal import CSys

extension ByteStream {
    /// Ends the connection at once so that the peer sees a failure, not an end: a reset, and over
    /// TLS no goodbye. For a message that must not be taken for a whole one. Else as `close`.
    public func abort() {
        reactor.preconditionOnLoop()
        guard !isClosed else { return }
        state.insert(.broken)
        _ = bw_socket_reset_on_close(fd)
        close()
    }
}
