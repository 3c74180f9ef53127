internal import Core

/// What other replicas must look at again after a change: the payload of `bailiwick_changes`.
///
/// Text: `<tenant>:<version>`, then `:grants` when every grant of the tenant is concerned, or
/// `:tokens:<id>,<id>…` when some grant tokens are.
struct Notice: Sendable, Equatable {
    enum Scope: Sendable, Equatable {
        /// Servers, tools, policies, attachments of the tenant or a server.
        case configuration
        /// What stands in every grant, such as an agent's name.
        case grants
        /// These tokens' grants.
        case tokens([String])
    }

    static let channel = "bailiwick_changes"
    /// PostgreSQL refuses payloads of 8,000 bytes and more.
    private static let tokensMax = 500

    let tenant: TenantID
    /// The tenant's `change_version` after the change.
    let version: Int
    let scope: Scope

    var payload: String {
        switch scope {
        case .configuration: "\(tenant.text):\(version)"
        case .tokens(let ids) where ids.count <= Notice.tokensMax:
            "\(tenant.text):\(version):tokens:\(ids.joined(separator: ","))"
        case .grants, .tokens: "\(tenant.text):\(version):grants"
        }
    }

    init(tenant: TenantID, version: Int, scope: Scope) {
        self.tenant = tenant
        self.version = version
        self.scope = scope
    }

    /// Reads a payload; nil for anything this version does not write.
    init?(payload: String) {
        let parts = payload.utf8.split(
            separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
        guard parts.count >= 2, let version = Int(String(parts[1]) ?? "") else { return nil }
        self.tenant = TenantID(String(parts[0]) ?? "")
        self.version = version
        switch parts.count {
        case 2: scope = .configuration
        case 3 where parts[2].elementsEqual("grants".utf8): scope = .grants
        case 4 where parts[2].elementsEqual("tokens".utf8):
            scope = .tokens(
                parts[3].split(separator: UInt8(ascii: ",")).map { String($0) ?? "" })
        default: return nil
        }
    }
}
