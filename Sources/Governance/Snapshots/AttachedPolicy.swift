public import Policy

/// A policy that has a say in a call: where it is attached, which version, ready to decide.
public struct AttachedPolicy: Sendable {
    public let layer: Layer
    /// The id of the tenant, server or grant it is attached to; part of its counters' identity.
    public let targetID: String
    public let policyID: String
    public let version: Int
    public let mode: AttachmentMode
    public let policy: CompiledPolicy

    init(attachment: PolicyAttachment, version: Int, policy: CompiledPolicy) {
        layer = attachment.layer
        targetID = attachment.targetID
        policyID = attachment.policyID
        mode = attachment.mode
        self.version = version
        self.policy = policy
    }
}
