internal import Core
internal import Reactor

/// Makes the connection to a destination: resolve once, check every address, connect to a checked
/// one. A name never reaches the socket call, so what was checked is what is dialled.
enum Dialler {
    static func connect(
        _ destination: Destination, on reactor: Reactor, tls: TLSClient?, deadline: UInt64
    ) async throws(Failure) -> ByteStream {
        let addresses = try await resolve(destination, deadline)
        let allowed = addresses.filter {
            AddressPolicy.allows(
                IPAddress(bytes: $0.bytes), allowPrivate: destination.allowPrivate)
        }
        guard !allowed.isEmpty else { throw refusal(destination, addresses) }
        if destination.scheme == .https, tls == nil {
            throw Failure(.internal, "this client was made without TLS")
        }
        var last = Failure(.upstreamUnavailable, "the upstream cannot be reached")
        for address in allowed.prefix(4) {
            do throws(Failure) {
                return try await ByteStream.connect(
                    address, on: reactor, tls: destination.scheme == .https ? tls : nil,
                    serverName: destination.host, deadlineNanoseconds: deadline)
            } catch {
                last = unreachable(error)
                if error.code == .timeout { break }
            }
        }
        throw last
    }

    private static func resolve(
        _ destination: Destination, _ deadline: UInt64
    ) async throws(Failure) -> [SocketAddress] {
        do throws(Failure) {
            return try await Resolver.resolve(
                host: destination.host, port: Int(destination.port),
                deadlineNanoseconds: deadline)
        } catch {
            throw Failure(
                error.code == .timeout ? .timeout : .upstreamUnavailable,
                "the upstream's name cannot be resolved", detail: error.detail ?? error.message)
        }
    }

    private static func refusal(_ destination: Destination, _ found: [SocketAddress]) -> Failure {
        let classes = found.map { AddressPolicy.classify(IPAddress(bytes: $0.bytes)) }
        let isPrivate = classes.contains(.private)
        return Failure(
            .forbidden,
            isPrivate
                ? "the upstream's address is private; set `allow_private` on the server if that "
                    + "is meant"
                : "the upstream's address is reserved and never dialled",
            detail: "\(destination.host): \(found.map(\.description).joined(separator: ", "))")
    }

    private static func unreachable(_ error: Failure) -> Failure {
        let code: Failure.Code = error.code == .timeout ? .timeout : .upstreamUnavailable
        return Failure(
            code, "the upstream cannot be reached: \(error.message)", detail: error.detail)
    }
}
