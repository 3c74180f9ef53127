internal import CSys
public import Core

/// Names to addresses, by the system's rules (getaddrinfo: hosts file, DNS), which block: on a few
/// helper threads, never on a loop.
public enum Resolver {
    /// The addresses of a host name or of an address literal, in the order to be tried; at least
    /// one. On a reactor's thread, from a task. Fails with `.unavailable` when the name has no
    /// address and with `.timeout` when that is not known at the deadline.
    nonisolated(nonsending)
        public static func resolve(
            host: String, port: Int, deadlineNanoseconds: UInt64? = nil
        ) async throws(Failure) -> [SocketAddress]
    {
        if let literal = SocketAddress(host: host, port: port) { return [literal] }
        guard let port = UInt16(exactly: port), !host.isEmpty, host.utf8.count <= 253,
            !host.utf8.contains(0)
        else { throw Failure(.unavailable, "not a host name and port") }
        guard let reactor = Reactor.current else {
            preconditionFailure("names are resolved for a task of a reactor")
        }
        let lookup = Lookup(reactor: reactor, host: host, port: port)
        let result = await withUnsafeContinuation { continuation in
            lookup.begin(continuation, deadline: deadlineNanoseconds)
        }
        return try result.get()
    }
}

/// One question under way.
// SAFETY: `continuation` and `timer` are used on the reactor's thread only.
private final class Lookup: @unchecked Sendable {
    typealias Answer = Result<[SocketAddress], Failure>

    private let reactor: Reactor
    private let host: String
    private let port: UInt16
    private var continuation: UnsafeContinuation<Answer, Never>?
    private var timer: TimerToken?

    init(reactor: Reactor, host: String, port: UInt16) {
        self.reactor = reactor
        self.host = host
        self.port = port
    }

    func begin(_ continuation: UnsafeContinuation<Answer, Never>, deadline: UInt64?) {
        self.continuation = continuation
        if let deadline {
            timer = reactor.timer(atNanoseconds: deadline) {
                self.timer = nil
                self.finish(.failure(Failure(.timeout, "the host name was not resolved in time")))
            }
        }
        let accepted = HelperThreads.shared.submit {
            let answer = self.ask()
            self.reactor.perform { self.finish(answer) }
        }
        guard !accepted else { return }
        finish(.failure(Failure(.unavailable, "too many host names wait to be resolved")))
    }

    private func finish(_ answer: Answer) {
        if let timer { reactor.cancel(timer) }
        timer = nil
        continuation?.resume(returning: answer)
        continuation = nil
    }

    /// Blocks; on a helper thread.
    private func ask() -> Answer {
        withUnsafeTemporaryAllocation(of: bw_address.self, capacity: 32) { buffer in
            let count = bw_resolve(host, port, buffer.baseAddress, Int32(buffer.count))
            guard count > 0 else {
                let reason = count == 0 ? "no address" : String(cString: bw_resolve_error(count))
                return .failure(
                    Failure(.unavailable, "cannot resolve the host name", detail: reason))
            }
            return .success(buffer.prefix(Int(count)).map(SocketAddress.init))
        }
    }
}
