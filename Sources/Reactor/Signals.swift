internal import CSys
public import Core

/// Signals of the process as callbacks on a reactor's thread. They pass through a pipe, so no
/// thread needs a signal mask, and child processes inherit none.
// SAFETY: `watch` is used on the reactor's thread only.
public final class Signals: @unchecked Sendable {
    private let fd: Int32
    private let reactor: Reactor
    private let handler: @Sendable (Int32) -> Void
    private var watch: Watch?

    private init(fd: Int32, reactor: Reactor, handler: @escaping @Sendable (Int32) -> Void) {
        self.fd = fd
        self.reactor = reactor
        self.handler = handler
    }

    /// Calls `handler` with the signal's number for each of these that comes; the same one coming
    /// twice at once may be told once. One such object at a time in a process. Fails with
    /// `.unavailable` when there is one already or a signal cannot be caught.
    @discardableResult
    public static func on(
        _ signals: [Int32], reactor: Reactor, handler: @escaping @Sendable (Int32) -> Void
    ) throws(Failure) -> Signals {
        let fd = bw_signals_open(signals, Int32(signals.count))
        guard fd >= 0 else { throw Failure.system(fd, "cannot receive signals") }
        let routed = Signals(fd: fd, reactor: reactor, handler: handler)
        reactor.perform { routed.begin() }
        return routed
    }

    /// Gives the signals their default meaning back. From any thread.
    public func stop() {
        reactor.perform {
            guard let watch = self.watch else { return }
            watch.cancel()
            self.watch = nil
            bw_signals_close(self.fd)
        }
    }

    private func begin() {
        watch = reactor.watch(fd, .readable) { _ in self.receive() }
    }

    private func receive() {
        var bytes: (UInt64, UInt64) = (0, 0)
        let count = withUnsafeMutableBytes(of: &bytes) { bw_read(fd, $0.baseAddress, $0.count) }
        guard count > 0 else { return }
        withUnsafeBytes(of: bytes) { buffer in
            for byte in buffer.prefix(count) { handler(Int32(byte)) }
        }
    }
}
