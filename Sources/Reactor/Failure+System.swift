internal import CSys
internal import Core

extension Failure {
    /// A refused system call. `code` is a negative errno.
    static func system(
        _ code: some SignedInteger, _ message: String, as kind: Failure.Code = .unavailable
    ) -> Failure {
        Failure(kind, message, detail: errorText(code))
    }
}

/// The system's words for a negative errno.
func errorText(_ code: some SignedInteger) -> String {
    withUnsafeTemporaryAllocation(of: CChar.self, capacity: 128) { buffer in
        guard let base = buffer.baseAddress else { return "" }
        bw_error_text(Int32(-code), base, buffer.count)
        return String(cString: base)
    }
}
