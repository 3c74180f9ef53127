/// Every limit of the product, in one place, units last. Reaching one is a tested error that says
/// which limit it was and what to change.
public enum Limits {
    // JSON
    public static let jsonDepthMax = 64
    public static let bodyBytesMax = 4 * 1024 * 1024

    // Policy
    public static let patternBytesMax = 512
    public static let policyBytesMax = 1024 * 1024

    // Audit
    public static let auditEntryBytesMax = 65_535
    public static let auditCommitNanoseconds: UInt64 = 2_000_000_000

    // REST
    public static let pageItemsDefault = 100
    public static let pageItemsMax = 1_000
}
