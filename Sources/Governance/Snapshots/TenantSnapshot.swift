public import Core

/// What the data plane knows of a tenant, immutable: replaced as a whole when something changes.
public final class TenantSnapshot: Sendable {
    public let tenant: TenantID
    public let slug: [UInt8]
    /// The tenant's `change_version` when it was read.
    public let version: Int
    let servers: [[UInt8]: ServerSnapshot]
    /// Policies of the tenant's own layer.
    let policies: [PolicyAttachment]
    /// The active version of every policy, by id.
    let activeVersions: [String: Int]

    init(
        tenant: TenantID, slug: [UInt8], version: Int, servers: [[UInt8]: ServerSnapshot],
        policies: [PolicyAttachment], activeVersions: [String: Int]
    ) {
        self.tenant = tenant
        self.slug = slug
        self.version = version
        self.servers = servers
        self.policies = policies
        self.activeVersions = activeVersions
    }

    /// The server of this slug, by its bytes.
    public func server(slug: [UInt8]) -> ServerSnapshot? { servers[slug] }
}

/// A server as the data plane sees it, with its catalogue.
public final class ServerSnapshot: Sendable {
    public let id: String
    public let slug: String
    public let url: String
    public let allowPrivate: Bool
    /// Names the credential for `Credentials.headers`; 0 when there is none.
    public let credentialVersion: Int
    /// Whether its tools were ever discovered: until then every tool is unknown.
    public let isDiscovered: Bool
    let tools: [[UInt8]: ToolSnapshot]
    let policies: [PolicyAttachment]

    init(
        id: String, slug: String, url: String, allowPrivate: Bool, credentialVersion: Int,
        isDiscovered: Bool, tools: [[UInt8]: ToolSnapshot], policies: [PolicyAttachment]
    ) {
        self.id = id
        self.slug = slug
        self.url = url
        self.allowPrivate = allowPrivate
        self.credentialVersion = credentialVersion
        self.isDiscovered = isDiscovered
        self.tools = tools
        self.policies = policies
    }

    /// The tool of this name, by its bytes; nil for one the catalogue does not know or that the
    /// upstream removed.
    public func tool(_ name: [UInt8]) -> ToolSnapshot? { tools[name] }
}

/// A tool as the data plane sees it.
public struct ToolSnapshot: Sendable {
    public let toolClass: ToolClass
    public let severity: Severity
    public let state: ToolState
    /// SHA-256 of the definition now offered.
    public let definitionHash: [UInt8]
    /// Object keys that the pinned input schema names, at whatever depth.
    public let schemaKeys: Set<[UInt8]>
}
