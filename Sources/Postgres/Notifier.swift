// NOTIFY: one connection of its own that listens, watches over itself and comes back.
internal import CPQ
internal import Core
internal import Reactor

/// Confined to its reactor's thread.
// SAFETY: everything but `reactor` is touched on the reactor's thread only; `Database` gets there
// with `perform`.
final class Notifier: @unchecked Sendable {
    struct Listener: Sendable {
        var channel: String
        var onNotify: @Sendable (String) -> Void
        var onState: @Sendable (Bool) -> Void
    }

    let reactor: Reactor
    private let settings: DatabaseSettings
    private var listeners: [Listener] = []
    private var link: Link?
    private var backoff = Backoff(maxNanoseconds: Limits.databaseRetryNanosecondsMax)
    /// How many of the listeners the server was told of, and of how many it confirmed.
    private var told = 0
    private var confirmed = 0
    /// When the statement under way was sent; nil when none is.
    private var askedAt: UInt64?
    private var isClosed = false
    private var isConnected = false

    init(reactor: Reactor, settings: DatabaseSettings) {
        self.reactor = reactor
        self.settings = settings
    }

    func add(_ listener: Listener) {
        guard !isClosed else { return }
        listeners.append(listener)
        if link == nil, listeners.count == 1 { connect() }
        if isConnected { ask() }
    }

    func close() {
        isClosed = true
        drop()
        listeners = []
    }

    // MARK: Connecting

    private func connect() {
        guard !isClosed, link == nil else { return }
        let link = Link(reactor: reactor)
        self.link = link
        link.open(settings.target, timeoutNanoseconds: Limits.databaseConnectNanoseconds) {
            [weak self] failure in
            guard let self, self.link === link else { return }
            if let failure { return self.lost(failure) }
            self.isConnected = true
            link.listen { [weak self] in self?.receive() }
            self.ask()
        }
    }

    private func lost(_ failure: Failure) {
        settings.log.warning("database.listen_lost", failure)
        drop()
        guard !isClosed else { return }
        let delay = backoff.delay(random: UInt64.random(in: 0 ... .max))
        reactor.timer(afterNanoseconds: delay) { [weak self] in self?.connect() }
    }

    private func drop() {
        link?.close()
        link = nil
        isConnected = false
        askedAt = nil
        let deaf = listeners.prefix(confirmed)
        told = 0
        confirmed = 0
        for listener in deaf { listener.onState(false) }
    }

    // MARK: Talking

    /// Tells the server of new channels, or asks for a sign of life.
    private func ask() {
        guard let link, let handle = link.handle, askedAt == nil else { return }
        let channels = listeners.dropFirst(told).map { "LISTEN " + Notifier.quoted($0.channel) }
        let text = channels.isEmpty ? "SELECT 1" : channels.joined(separator: ";")
        guard PQsendQuery(handle, text) == 1, link.flush() else {
            return lost(.databaseUnreachable(link.complaint))
        }
        told = listeners.count
        askedAt = reactor.turnNanoseconds
        reactor.timer(afterNanoseconds: Limits.databaseHeartbeatAnswerNanoseconds) {
            [weak self, weak link, asked = askedAt] in
            guard let self, self.link === link, let asked, self.askedAt == asked else { return }
            self.lost(.databaseUnreachable("the listening connection is silent"))
        }
    }

    private func receive() {
        guard let link, let handle = link.handle else { return }
        guard PQconsumeInput(handle) == 1 else {
            return lost(.databaseUnreachable(link.complaint))
        }
        deliver(handle)
        while askedAt != nil, PQisBusy(handle) == 0 {
            guard let result = PQgetResult(handle) else { return answered() }
            let status = PQresultStatus(result)
            let failure = status == PGRES_FATAL_ERROR ? Failure(result: result) : nil
            PQclear(result)
            if let failure { return lost(failure) }
        }
    }

    private func deliver(_ handle: OpaquePointer) {
        while let notice = PQnotifies(handle) {
            defer { PQfreemem(notice) }
            guard let channel = notice.pointee.relname, let extra = notice.pointee.extra else {
                continue
            }
            let payload = String(cString: extra)
            for listener in listeners.prefix(told)
            where Notifier.isSame(channel, listener.channel) { listener.onNotify(payload) }
        }
    }

    private func answered() {
        askedAt = nil
        backoff.succeeded()
        let heard = listeners[confirmed..<told]
        confirmed = told
        for listener in heard { listener.onState(true) }
        if told < listeners.count { return ask() }
        reactor.timer(afterNanoseconds: Limits.databaseHeartbeatNanoseconds) {
            [weak self, weak link] in
            guard let self, self.link === link else { return }
            self.ask()
        }
    }

    // MARK: Names

    private static func quoted(_ name: String) -> String {
        var quoted = "\""
        for scalar in name.unicodeScalars {
            if scalar == "\"" { quoted.unicodeScalars.append("\"") }
            quoted.unicodeScalars.append(scalar)
        }
        return quoted + "\""
    }

    private static func isSame(_ left: UnsafePointer<CChar>, _ right: String) -> Bool {
        var position = left
        for byte in right.utf8 {
            guard UInt8(bitPattern: position.pointee) == byte else { return false }
            position += 1
        }
        return position.pointee == 0
    }
}
