public import Core
public import Vault

public enum CredentialKind: String, Sendable {
    case none, bearer, basic, headers
}

/// A credential to be sealed. Never answered by anything.
public enum NewCredential: Sendable {
    case none
    case bearer(token: Secret)
    case basic(username: String, password: Secret)
    case headers([(name: String, value: Secret)])
}

/// What may be told about a stored credential.
public struct CredentialSummary: Sendable, Equatable {
    public let kind: CredentialKind
    /// Tells two credentials apart without telling either; nil for `none`.
    public let fingerprint: String?
    public let version: Int
    public let updatedAt: Timestamp
}

/// A header that carries the upstream's credential; only the data plane ever sees one.
public struct InjectedHeader: Sendable {
    /// Lower-case ASCII.
    public let name: [UInt8]
    public let value: Secret
}
