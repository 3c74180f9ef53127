public import Core

/// What a tool does, as an administrator classed it.
public enum ToolClass: String, Sendable, CaseIterable {
    case unclassified, read, write, execute, financial, destructive
}

/// How bad a wrong call would be.
public enum Severity: String, Sendable, CaseIterable {
    case none, low, medium, high, critical
}

public enum ToolState: String, Sendable {
    case active
    /// Listed as ever, but every call is denied until its definition is pinned.
    case quarantined
    /// No longer offered by the upstream.
    case removed
}

/// Why a tool deserves a look.
public enum ToolFlag: String, Sendable, CaseIterable {
    case new
    case definitionChanged = "definition_changed"
}

/// A tool of a server, as the catalogue knows it.
public struct Tool: Sendable, Equatable {
    public let serverID: String
    public let name: String
    /// The definition exactly as the upstream sent it, JSON.
    public let definition: [UInt8]
    /// SHA-256 over what a model reads of it, lower-case hex; names the definition to pin.
    public let definitionHash: String
    public let toolClass: ToolClass
    public let severity: Severity
    public let state: ToolState
    public let flags: [String]
    public let version: Int
    public let firstSeenAt: Timestamp
    public let changedAt: Timestamp
}

/// A tool as discovery found it.
public struct DiscoveredTool: Sendable {
    public let name: [UInt8]
    /// The definition's JSON, exactly as received.
    public let definition: [UInt8]

    public init(name: [UInt8], definition: [UInt8]) {
        self.name = name
        self.definition = definition
    }
}

/// What a discovery changed in the catalogue, by tool name.
public struct Discovery: Sendable, Equatable {
    public let added: [String]
    public let removed: [String]
    public let changed: [String]
    /// How many tools the upstream offers now.
    public let total: Int
}
