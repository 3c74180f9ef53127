/// Why bytes are not a message: the status a server answers before it closes, and what is wrong.
///
/// A client maps every one of them to `upstreamInvalid`.
public struct CodecError: Error, Equatable, Sendable {
    /// 400, 413, 414, 417, 431 or 505.
    public let status: Int
    /// What is wrong, with the limit and its value where it is one.
    public let reason: String

    init(_ status: Int, _ reason: String) {
        self.status = status
        self.reason = reason
    }

    static func malformed(_ reason: String) -> CodecError { CodecError(400, reason) }
}
