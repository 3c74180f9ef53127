public import Core

/// A policy's name and which of its versions is active. The documents are versions.
public struct StoredPolicy: Sendable, Equatable {
    public let id: String
    public let name: String
    /// The version that attachments to `active` follow.
    public let activeVersion: Int
    public let latestVersion: Int
    /// The resource's own version, for its entity tag.
    public let version: Int
    public let createdAt: Timestamp
    public let updatedAt: Timestamp
}

/// One document, as it was saved: immutable.
public struct PolicyVersion: Sendable, Equatable {
    public let policyID: String
    /// 1 and up.
    public let number: Int
    /// YAML or JSON text, as it came.
    public let document: String
    /// Who saved it: the principal's id.
    public let author: String
    public let reason: String
    public let createdAt: Timestamp
}
