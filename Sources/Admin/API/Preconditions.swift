internal import Core
internal import Governance
internal import HTTP
internal import Vault

/// What a request's headers demand of the change: entity tags and idempotency keys.
enum Preconditions {
    /// The version that `If-Match` names.
    static func expectedVersion(_ headers: Headers) throws(Failure) -> Int {
        guard let tag = headers["if-match"] else {
            throw Failure(
                .preconditionRequired,
                "If-Match is required: send the ETag of the object as you last read it")
        }
        let bytes = Array(tag.utf8)
        guard bytes.count > 2, bytes.first == UInt8(ascii: "\""), bytes.last == UInt8(ascii: "\""),
            let version = Int(String(decoding: bytes.dropFirst().dropLast(), as: UTF8.self))
        else {
            throw Failure(
                .preconditionFailed, "If-Match names no version of this object: send its ETag")
        }
        return version
    }

    static func entityTag(_ version: Int) -> String { "\"\(version)\"" }

    /// The `Idempotency-Key`, bound to the request it came with.
    static func replayKey(
        _ request: Request, body: [UInt8]
    ) throws(Failure) -> ReplayKey? {
        guard let key = request.headers["idempotency-key"] else { return nil }
        guard (1...255).contains(key.utf8.count) else {
            throw Failure(.invalid, "an Idempotency-Key has 1 to 255 bytes")
        }
        var message = Array("\(request.method.name) \(request.target.path)\n".utf8)
        message.append(contentsOf: body)
        return ReplayKey(key: key, requestDigest: SHA256.hash(message).bytes)
    }
}
