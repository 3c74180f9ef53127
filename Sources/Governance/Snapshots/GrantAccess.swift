public import Core
internal import Policy
internal import Vault

/// What a grant token opens: everything about the grant that a call's way needs, immutable.
public final class GrantAccess: Sendable {
    public let tenant: TenantID
    /// As it stands in URLs; compare with the path's bytes.
    public let tenantSlug: [UInt8]
    public let grantID: String
    public let tokenID: String
    public let label: String
    public let agentID: String
    public let agentName: String
    public let agentEnvironment: String
    /// Ids of the servers it may be used at.
    public let serverIDs: [String]
    public let isReadOnly: Bool
    /// The earlier of the grant's and the token's.
    public let expiresAt: Timestamp?
    let isRevoked: Bool
    let hash: Digest
    let policies: [PolicyAttachment]

    init(
        tenant: TenantID, tenantSlug: [UInt8], grantID: String, tokenID: String, label: String,
        agentID: String, agentName: String, agentEnvironment: String, serverIDs: [String],
        isReadOnly: Bool, expiresAt: Timestamp?, isRevoked: Bool, hash: Digest,
        policies: [PolicyAttachment]
    ) {
        self.tenant = tenant
        self.tenantSlug = tenantSlug
        self.grantID = grantID
        self.tokenID = tokenID
        self.label = label
        self.agentID = agentID
        self.agentName = agentName
        self.agentEnvironment = agentEnvironment
        self.serverIDs = serverIDs
        self.isReadOnly = isReadOnly
        self.expiresAt = expiresAt
        self.isRevoked = isRevoked
        self.hash = hash
        self.policies = policies
    }

    /// Whether the grant may be used at this server.
    public func opens(_ server: ServerSnapshot) -> Bool {
        serverIDs.contains { $0.utf8.elementsEqual(server.id.utf8) }
    }

    func isCurrent(at now: Timestamp) -> Bool {
        if isRevoked { return false }
        if let expiresAt { return now < expiresAt }
        return true
    }
}

/// A policy on one layer of a call, by its ids.
struct PolicyAttachment: Sendable, Hashable {
    let layer: Layer
    let targetID: String
    let policyID: String
    /// nil follows the active version.
    let policyVersion: Int?
    let mode: AttachmentMode

    init(_ attachment: Attachment) {
        layer = attachment.layer
        targetID = attachment.targetID
        policyID = attachment.policyID
        policyVersion = attachment.policyVersion
        mode = attachment.mode
    }

    init(grant: String, policyID: String, policyVersion: Int?, mode: AttachmentMode) {
        layer = .grant
        targetID = grant
        self.policyID = policyID
        self.policyVersion = policyVersion
        self.mode = mode
    }
}
