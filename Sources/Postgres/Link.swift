// A libpq connection on a reactor: opening, readiness, flushing, closing. What is said over it is
// the business of `Connection` (pipeline) and `Subscription` (LISTEN).
internal import CPQ
internal import Core
internal import Reactor

/// Confined to its reactor's thread. Opens at most once.
// SAFETY: touched on the reactor's thread only; Sendable so that the task that asks for a host's
// addresses may call back there.
final class Link: @unchecked Sendable {
    private let reactor: Reactor
    private(set) var handle: OpaquePointer?
    private var watch: Watch?
    private var timer: TimerToken?
    private var opened: ((Failure?) -> Void)?
    private var onReadable: (() -> Void)?

    init(reactor: Reactor) {
        self.reactor = reactor
    }

    /// Calls back once, never at once: with nil when the session stands, or with why it does not.
    func open(
        _ target: ConnectionTarget, timeoutNanoseconds: UInt64,
        _ opened: @escaping (Failure?) -> Void
    ) {
        precondition(handle == nil && self.opened == nil, "a link opens once")
        self.opened = opened
        timer = reactor.timer(afterNanoseconds: timeoutNanoseconds) { [weak self] in
            let limit = timeoutNanoseconds / 1_000_000
            self?.finishOpening(.databaseUnreachable("no answer within \(limit) ms"))
        }
        guard target.needsResolution else { return begin(target) }
        reactor.run { [weak self] in
            do throws(Failure) {
                let resolved = try await target.resolved()
                self?.begin(resolved)
            } catch {
                self?.finishOpening(.databaseUnreachable(error.detail ?? error.message))
            }
        }
    }

    private func begin(_ target: ConnectionTarget) {
        guard opened != nil else { return }
        handle = target.withKeywords { PQconnectStartParams($0, $1, 1) }
        guard let handle, PQstatus(handle) != CONNECTION_BAD else {
            let failure = Failure.databaseUnreachable(complaint)
            return reactor.perform { [weak self] in self?.finishOpening(failure) }
        }
        PQsetNoticeReceiver(handle, { _, _ in }, nil)
        watchOpening(.writable)
    }

    /// libpq may have changed the descriptor, so each step watches anew.
    private func watchOpening(_ interest: Interest) {
        guard let handle else { return }
        watch = reactor.watch(PQsocket(handle), interest) { [weak self] _ in self?.advance() }
    }

    private func advance() {
        guard let handle else { return }
        watch?.cancel()
        watch = nil
        switch PQconnectPoll(handle) {
        case PGRES_POLLING_READING: watchOpening(.readable)
        case PGRES_POLLING_WRITING: watchOpening(.writable)
        case PGRES_POLLING_OK: finishOpening(fitness)
        default: finishOpening(.databaseUnreachable(complaint))
        }
    }

    private var fitness: Failure? {
        let version = PQserverVersion(handle)
        guard version < 150_000 else { return nil }
        return Failure(
            .unavailable, "PostgreSQL \(version / 10_000) is too old: 15 or newer is needed.")
    }

    private func finishOpening(_ failure: Failure?) {
        guard let opened else { return }
        self.opened = nil
        timer.map { reactor.cancel($0) }
        timer = nil
        if failure == nil { PQsetnonblocking(handle, 1) } else { close() }
        opened(failure)
    }

    /// From now on `onReadable` is called whenever the server said something or went away.
    func listen(_ onReadable: @escaping () -> Void) {
        guard let handle else { return }
        self.onReadable = onReadable
        watch = reactor.watch(PQsocket(handle), .readable) { [weak self] readiness in
            guard let self else { return }
            // Reading first: a server that does not read may be waiting for us to.
            self.onReadable?()
            if readiness.contains(.writable) { _ = self.flush() }
        }
    }

    /// Sends what libpq has buffered, the rest when the socket takes it. False: the link is broken.
    func flush() -> Bool {
        guard let handle else { return false }
        switch PQflush(handle) {
        case 0: watch?.update(.readable)
        case 1: watch?.update([.readable, .writable])
        default: return false
        }
        return true
    }

    /// The first line of what libpq says is wrong.
    var complaint: String {
        guard let handle, let text = PQerrorMessage(handle) else { return "out of memory" }
        let line = String(cString: text).split(separator: "\n").first
        return line.map(String.init) ?? "the server closed the connection"
    }

    /// Silent: no callback follows.
    func close() {
        opened = nil
        onReadable = nil
        timer.map { reactor.cancel($0) }
        timer = nil
        watch?.cancel()
        watch = nil
        if let handle { PQfinish(handle) }
        handle = nil
    }

    deinit { close() }
}
