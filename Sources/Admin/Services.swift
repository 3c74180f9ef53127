// What the control plane is made of; the composition root hands it in.

public import Core
public import Governance

/// Reads an upstream's tools and records them in the catalogue. The data plane's client does the
/// reading; the two planes never see each other.
public typealias Discover =
    @Sendable (_ serverID: String, _ change: Change) async throws(Failure) -> Discovery

public struct Services: Sendable {
    let governance: Governance
    let auditLog: AuditLog
    let discover: Discover
    /// `https://gate.example`, without a slash at its end.
    let publicURL: String
    let clock: Clock
    let log: Log

    public init(
        governance: Governance, auditLog: AuditLog, discover: @escaping Discover,
        publicURL: String, clock: Clock, log: Log
    ) {
        self.governance = governance
        self.auditLog = auditLog
        self.discover = discover
        self.publicURL = publicURL
        self.clock = clock
        self.log = log
    }
}
