internal import COpenSSL
public import Core

/// The verifying side of TLS 1.2 and later: the peer's certificate must be for the name asked for
/// and signed by a trusted authority.
// SAFETY: `context` is never written after init, and OpenSSL locks its own reference counts.
public final class TLSClient: @unchecked Sendable {
    private let context: OpaquePointer

    /// Trusts the authorities of one PEM file, or the system's when nil. Fails with `.invalid`
    /// when the file cannot be read.
    public init(authoritiesFile: String? = nil) throws(Failure) {
        var problem = bw_tls_problem()
        guard let context = bw_tls_client_context(authoritiesFile, &problem) else {
            let reason = text(of: problem)
            throw Failure(
                .invalid,
                "certificate authorities file \(authoritiesFile ?? "of the system"): \(reason)")
        }
        self.context = context
    }

    deinit { bw_tls_context_free(context) }

    func attach(to fd: Int32, as name: String) throws(Failure) -> OpaquePointer {
        let isAddress = SocketAddress(host: name, port: 0) != nil
        guard let tls = bw_tls_connect(context, fd, name, isAddress ? 1 : 0) else {
            throw Failure(.unavailable, "cannot begin TLS as this host name")
        }
        return tls
    }
}

func text(of problem: bw_tls_problem) -> String {
    withUnsafeBytes(of: problem.reason) { bytes in
        String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
    }
}
