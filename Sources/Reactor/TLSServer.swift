internal import COpenSSL
public import Core

/// The serving side of TLS 1.2 and later, from a certificate chain and its key in PEM files.
public final class TLSServer: Sendable {
    /// Frees the OpenSSL context with its last owner.
    // SAFETY: `pointer` is never written after init, and OpenSSL locks its own reference counts.
    private final class Context: @unchecked Sendable {
        let pointer: OpaquePointer
        init(_ pointer: OpaquePointer) { self.pointer = pointer }
        deinit { bw_tls_context_free(pointer) }
    }

    private let certificateFile: String
    private let keyFile: String
    private let current: Locked<Context>

    /// Fails with `.invalid`, saying which file is wrong and how.
    public init(certificateFile: String, keyFile: String) throws(Failure) {
        self.certificateFile = certificateFile
        self.keyFile = keyFile
        current = Locked(try Self.load(certificateFile, keyFile))
    }

    /// Reads both files again, for connections made from now on. Fails like `init` and then keeps
    /// what it had.
    public func reload() throws(Failure) {
        let fresh = try Self.load(certificateFile, keyFile)
        current.withLock { $0 = fresh }
    }

    private static func load(_ certificate: String, _ key: String) throws(Failure) -> Context {
        var problem = bw_tls_problem()
        if let pointer = bw_tls_server_context(certificate, key, &problem) {
            return Context(pointer)
        }
        let reason = text(of: problem)
        switch problem.input {
        case BW_TLS_CERTIFICATE:
            throw Failure(.invalid, "TLS certificate file \(certificate): \(reason)")
        case BW_TLS_KEY: throw Failure(.invalid, "TLS key file \(key): \(reason)")
        case BW_TLS_MISMATCH:
            throw Failure(
                .invalid, "TLS key file \(key) is not the key of certificate file \(certificate)")
        default: throw Failure(.internal, "cannot make a TLS context", detail: reason)
        }
    }

    func attach(to fd: Int32) throws(Failure) -> OpaquePointer {
        let context = current.withLock { $0 }
        guard let tls = bw_tls_accept(context.pointer, fd) else {
            throw Failure(.unavailable, "cannot begin TLS")
        }
        return tls
    }
}
