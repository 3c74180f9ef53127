internal import Core
public import Reactor

/// An HTTP/1.1 client with a pool of kept connections per reactor and destination. It follows no
/// redirect, sends no cookie, speaks to no proxy.
///
/// **Sending again.** A kept connection may have been closed by the server in the moment it is
/// used. A request goes out a second time, on a new connection, only if nothing of a response came
/// and either no byte of it was written or it is marked idempotent. A resting connection that the
/// server closed, or on which anything arrived, is dropped when that is noticed, before any use.
public final class HTTPClient: Sendable {
    public struct Configuration: Sendable {
        /// For `https`; nil refuses it.
        public var tls: TLSClient?
        public var codec = CodecLimits()
        /// Connections per reactor and destination.
        public var connectionsMax = Limits.clientConnectionsMax
        /// How long a connection rests in the pool; exact to a second.
        public var idleNanoseconds = Limits.clientIdleNanoseconds

        public init(tls: TLSClient? = nil) {
            self.tls = tls
            codec.bodyBytesMax = .max
        }
    }

    private let shards: [ClientShard]

    public init(reactors: [Reactor], configuration: Configuration = Configuration()) {
        self.shards = reactors.map { ClientShard($0, configuration) }
    }

    /// Sends a request and waits for the response's head. To be called on one of the client's
    /// reactors, where the response must also be read.
    public func send(_ request: ClientRequest) async throws(ClientFailure) -> ClientResponse {
        guard let shard = shards.first(where: { $0.reactor.isCurrent }) else {
            throw ClientFailure(
                Failure(.internal, "a client is used on its reactors only"), requestSent: false)
        }
        let target = request.target
        guard TargetGrammar.originForm(0..<target.count, in: target.span) != nil else {
            throw ClientFailure(
                Failure(.invalid, "the request target is not a path with an optional query"),
                requestSent: false)
        }
        let pool = shard.pool(request.destination)
        while true {
            let exchange = ClientExchange(
                request, try await connection(pool, request.timeouts), shard)
            do throws(ClientFailure) {
                return try await exchange.perform()
            } catch {
                exchange.abandon()
                guard exchange.maySendAgain(error) else { throw error }
            }
        }
    }

    /// Closes every resting connection; those under way go on. From any thread.
    public func closeIdleConnections() {
        for shard in shards { shard.reactor.perform { shard.closeIdle() } }
    }

    private func connection(
        _ pool: ClientPool, _ timeouts: ClientTimeouts
    ) async throws(ClientFailure) -> ClientConnection {
        if let connection = pool.takeResting() { return connection }
        do throws(Failure) {
            return try await pool.obtain(timeouts)
        } catch {
            throw ClientFailure(error, requestSent: false)
        }
    }
}
