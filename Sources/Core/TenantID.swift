/// The identity of a tenant: UUID text, lower case. The first argument of every store function, so
/// that no query can forget whose data it reads.
public struct TenantID: Hashable, Sendable {
    public let text: String

    /// The log that records what belongs to no tenant (refusals of strangers, platform changes).
    public static let platform = TenantID("00000000-0000-0000-0000-000000000000")

    /// Takes the text as it is: it comes from the database or from `IDGenerator`.
    public init(_ uncheckedText: String) {
        self.text = uncheckedText
    }
}
