public import Core
public import Policy

/// Where a policy applies. Every layer must allow a call.
public typealias Layer = LayeredDecision.Layer

/// Only `enforce` acts; the others decide and record.
public typealias AttachmentMode = LayeredDecision.Mode

/// A policy on a layer. There is one for each (layer, target, mode).
public struct Attachment: Sendable, Equatable {
    public let id: String
    public let layer: Layer
    /// The id of the tenant, server or grant.
    public let targetID: String
    public let policyID: String
    /// nil follows the policy's active version.
    public let policyVersion: Int?
    public let mode: AttachmentMode
    public let version: Int
    public let createdAt: Timestamp
    public let updatedAt: Timestamp
}

/// What a new attachment is made of, unchecked.
public struct NewAttachment: Sendable {
    public var layer: String
    public var targetID: String
    public var policyID: String
    /// nil follows the active version.
    public var policyVersion: Int?
    public var mode: String

    public init(
        layer: String, targetID: String, policyID: String, policyVersion: Int? = nil,
        mode: String = "enforce"
    ) {
        self.layer = layer
        self.targetID = targetID
        self.policyID = policyID
        self.policyVersion = policyVersion
        self.mode = mode
    }
}
