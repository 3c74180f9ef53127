public import Core
public import Policy

/// The counters that one policy's plan named for a call.
public struct CounterPlan: Sendable {
    public let keeper: CounterKeeper
    /// Each once; empty for a call that is decided without counters.
    public let counters: [CounterRef]

    public init(keeper: CounterKeeper, counters: [CounterRef]) {
        self.keeper = keeper
        self.counters = counters
    }
}

/// What a call has added to a counter: to be given back when the call came to nothing.
public struct CounterHold: Sendable {
    public let keeper: CounterKeeper
    public let counter: CounterRef
    public let increment: ExactDecimal

    init(keeper: CounterKeeper, counter: CounterRef, increment: ExactDecimal) {
        self.keeper = keeper
        self.counter = counter
        self.increment = increment
    }
}

/// A decision made on locked counters, and what it reserved.
public struct Counted<Decision: Sendable>: Sendable {
    public let decision: Decision
    public let holds: [CounterHold]
}
