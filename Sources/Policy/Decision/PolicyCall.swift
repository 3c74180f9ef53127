public import Core

/// The call that is decided on.
public struct PolicyCall: Sendable {
    /// The tool's name as the upstream knows it, by its bytes.
    public var tool: [UInt8]
    /// `params.arguments`; nil when the call has none.
    public var arguments: JSON?
    /// The server's slug.
    public var server: String

    public init(tool: [UInt8], arguments: JSON?, server: String) {
        self.tool = tool
        self.arguments = arguments
        self.server = server
    }
}

/// What a decision takes from the world, as values.
public struct PolicyContext: Sendable {
    public var time: Timestamp
    /// The value of every counter that `CompiledPolicy.counters(for:at:)` named: zero for one that
    /// has not counted yet. A counter that is absent could not be read, and denies.
    public var counters: [CounterRef: ExactDecimal]
    /// Whether to record how each rule fared; costs an allocation.
    public var explains: Bool

    public init(
        time: Timestamp, counters: [CounterRef: ExactDecimal] = [:], explains: Bool = false
    ) {
        self.time = time
        self.counters = counters
        self.explains = explains
    }
}
