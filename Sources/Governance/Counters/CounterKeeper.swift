internal import Core
public import Policy
internal import Vault

/// Whose counters they are: those of one policy on one layer's target, counted for one scope.
///
/// The policy's version is no part of it: an edit goes on counting where the version before
/// stopped. Renaming a rule's counter begins anew.
public struct CounterKeeper: Hashable, Sendable {
    public let layer: Layer
    /// The id of the tenant, server or grant the policy is attached to.
    public let targetID: String
    public let policyID: String
    /// Whose calls are counted together: today always the grant's id.
    public let scopeID: String
    /// The MAC of the values a limit counts apart `by`; empty when it names none.
    public let byMAC: [UInt8]

    public init(
        layer: Layer, targetID: String, policyID: String, scopeID: String, byMAC: [UInt8] = []
    ) {
        self.layer = layer
        self.targetID = targetID
        self.policyID = policyID
        self.scopeID = scopeID
        self.byMAC = byMAC
    }

    /// The keeper of an attached policy's counters for calls of a grant.
    public init(_ policy: AttachedPolicy, grantID: String) {
        self.init(
            layer: policy.layer, targetID: policy.targetID, policyID: policy.policyID,
            scopeID: grantID)
    }
}

/// A counter's row: the digest of its whole identity, and its window.
struct CounterKey: Hashable, Comparable, Sendable {
    let digest: [UInt8]
    let windowStart: Timestamp

    init(_ keeper: CounterKeeper, _ counter: CounterRef) {
        var hash = SHA256()
        let parts = [
            keeper.layer.rawValue, keeper.targetID, keeper.policyID, keeper.scopeID,
            counter.name, counter.window.rawValue, counter.scope.rawValue,
        ]
        for part in parts { CounterKey.add(Array(part.utf8), to: &hash) }
        CounterKey.add(keeper.byMAC, to: &hash)
        digest = hash.finish().bytes
        windowStart = counter.windowStart
    }

    /// The order in which rows are locked, on every replica.
    static func < (left: CounterKey, right: CounterKey) -> Bool {
        left.digest == right.digest
            ? left.windowStart < right.windowStart
            : left.digest.lexicographicallyPrecedes(right.digest)
    }

    /// Each part after its length, so that no two identities read alike.
    private static func add(_ part: [UInt8], to hash: inout SHA256) {
        withUnsafeBytes(of: UInt32(part.count).bigEndian) { hash.update($0) }
        hash.update(part)
    }
}
