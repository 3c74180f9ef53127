/// Every limit of the product, in one place, units last. Reaching one is a tested error that says
/// which limit it was and what to change.
public enum Limits {
    // JSON
    public static let jsonDepthMax = 64
    public static let bodyBytesMax = 4 * 1024 * 1024
    public static let decimalDigitsMax = 1_000
    public static let decimalExponentMax = 9_999

    // Policy
    public static let patternBytesMax = 512
    public static let patternInstructionsMax = 5_000
    public static let policyBytesMax = 1024 * 1024
    public static let policyPatternInstructionsMax = 1_000_000
    public static let policyIssuesMax = 500
    /// Bytes that conditions may examine for one decision; a pattern counts a byte once for each
    /// 64 instructions it has. Beyond it the call is denied.
    public static let policyWorkBytesMax = 32 * 1024 * 1024

    // YAML
    public static let yamlDepthMax = 64
    public static let yamlDirectivesMax = 8
    public static let yamlNodesMax = 100_000

    // Audit
    public static let auditEntryBytesMax = 65_535
    public static let auditCommitNanoseconds: UInt64 = 2_000_000_000
    public static let auditTextBytesMax = 512
    public static let auditReasonBytesMax = 8_192
    public static let auditQueryBytesMax = 4_096
    public static let auditPoliciesMax = 32
    public static let auditResultKindsMax = 16
    public static let auditArgumentRowsMax = 256
    public static let auditNameBytesMax = 128
    public static let auditPathBytesMax = 1_024
    public static let auditQueueEntriesMax = 16_384
    public static let auditQueueBytesMax = 64 * 1024 * 1024
    public static let auditBatchEntriesMax = 1_024
    public static let auditBatchBytesMax = 8 * 1024 * 1024
    public static let auditBatchesInFlightMax = 4
    public static let auditDoubtsMax = 4_096
    /// Longer than a statement may run on the server.
    public static let auditDoubtNanoseconds: UInt64 = 6_000_000_000
    public static let auditRefusalSourcesPerSecondMax = 64

    // HTTP, both directions
    public static let httpStartLineBytesMax = 8 * 1024
    public static let httpFieldLineBytesMax = 16 * 1024
    public static let httpHeadBytesMax = 32 * 1024
    public static let httpFieldsMax = 100
    public static let httpUnreadBodyBytesMax = 64 * 1024
    public static let httpWriteStallNanoseconds: UInt64 = 30_000_000_000

    // HTTP server
    public static let serverConnectionsMax = 16_384
    public static let serverHeadNanoseconds: UInt64 = 10_000_000_000
    public static let serverBodyNanoseconds: UInt64 = 60_000_000_000
    public static let serverIdleNanoseconds: UInt64 = 75_000_000_000

    // HTTP client
    public static let clientConnectNanoseconds: UInt64 = 5_000_000_000
    public static let clientHeadNanoseconds: UInt64 = 60_000_000_000
    public static let clientBodyIdleNanoseconds: UInt64 = 60_000_000_000
    public static let clientIdleNanoseconds: UInt64 = 50_000_000_000
    public static let clientPoolWaitNanoseconds: UInt64 = 2_000_000_000
    public static let clientConnectionsMax = 256
    public static let clientInterimResponsesMax = 8
    public static let urlBytesMax = 2048

    // Server-sent events
    public static let sseEventBytesMax = 4 * 1024 * 1024

    // Control plane
    public static let labelsMax = 64
    public static let grantServersMax = 100
    public static let toolsPerServerMax = 5_000
    public static let schemaDepthMax = 16
    public static let schemaKeysMax = 2_000
    public static let credentialHeadersMax = 16
    public static let credentialValueBytesMax = 8 * 1024
    public static let idempotencySeconds = 24 * 3_600

    // What a process remembers of the control plane
    public static let grantCacheMax = 200_000
    public static let refusedTokensMax = 16_384
    public static let refusedTokenNanoseconds: UInt64 = 2_000_000_000
    public static let compiledPoliciesMax = 20_000
    public static let credentialCacheMax = 10_000
    public static let credentialCacheNanoseconds: UInt64 = 60_000_000_000
    public static let lookUpsPerFlight = 64
    public static let lookUpsWaiting = 8_192
    public static let lastUseSeconds = 60
    public static let lastUsesMax = 100_000

    // Counters
    public static let countersPerFlight = 128
    public static let counterKeepSeconds = 3_600
    public static let countersPrunedMax = 10_000

    // Database
    public static let databaseConnectNanoseconds: UInt64 = 3_000_000_000
    public static let databaseStatementMilliseconds = 5_000
    public static let databaseLockMilliseconds = 3_000
    public static let databaseIdleInTransactionMilliseconds = 10_000
    public static let databaseUnitNanoseconds: UInt64 = 6_000_000_000
    public static let databaseWaitNanoseconds: UInt64 = 2_000_000_000
    public static let databaseWaitersMax = 1_024
    public static let databaseUnitsInFlightMax = 256
    public static let databasePreparedStatementsMax = 256
    public static let databaseRetryNanosecondsMax: UInt64 = 1_000_000_000
    public static let databaseHeartbeatNanoseconds: UInt64 = 500_000_000
    public static let databaseHeartbeatAnswerNanoseconds: UInt64 = 1_000_000_000

    // MCP endpoint
    public static let requestIDBytesMax = 64
    public static let upstreamMessageBytesMax = 16 * 1024 * 1024
    public static let upstreamErrorBytesMax = 64 * 1024
    public static let upstreamAnswerNanoseconds: UInt64 = 300_000_000_000
    public static let streamIdleNanoseconds: UInt64 = 86_400_000_000_000
    public static let streamGrantCheckNanoseconds: UInt64 = 1_000_000_000
    public static let discoveryPagesMax = 100
    public static let parameterHeaderToolsMax = 10_000
    public static let upstreamPlacesMax = 10_000

    // REST
    public static let pageItemsDefault = 100
    public static let pageItemsMax = 1_000
}
