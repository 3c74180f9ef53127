public import Core

/// Under what a state change is made: who, for which request, why, and how a retry is recognised.
///
/// Every verb that changes something takes one; its transaction writes the admin record from it.
public struct Change: Sendable {
    public var principal: Principal
    /// Stands in the record and in the answer.
    public var requestID: String
    /// What the person gave as the reason, where one was asked for.
    public var reason: String?
    /// The `Idempotency-Key` header with the digest of the request it came with.
    public var replay: ReplayKey?

    public var tenant: TenantID { principal.tenant }

    public init(
        _ principal: Principal, requestID: String, reason: String? = nil, replay: ReplayKey? = nil
    ) {
        self.principal = principal
        self.requestID = requestID
        self.reason = reason
        self.replay = replay
    }
}

/// An `Idempotency-Key`: the same key with the same request is done once; with another request it
/// is a conflict.
public struct ReplayKey: Sendable, Equatable {
    /// 1 to 255 bytes, as the client sent it.
    public let key: String
    /// SHA-256 over method, path and body: 32 bytes.
    public let requestDigest: [UInt8]

    public init(key: String, requestDigest: [UInt8]) {
        self.key = key
        self.requestDigest = requestDigest
    }
}

/// What a change answered: the object as it stands, and whether this was a replay.
public struct Changed<Object: Sendable>: Sendable {
    public let object: Object
    public let replayed: Bool
}
