public import Core

/// A counter in one of its windows: what must be locked and read before a decision, and what a
/// decision reserves. Its identity holds within one tenant, policy and attachment target.
///
/// Names compare as bytes: canonically equivalent tool names are two tools.
public struct CounterRef: Hashable, Sendable {
    /// Whose calls are counted together.
    public enum Scope: String, Sendable, Hashable {
        case grant
    }

    /// `<tool|_global>.<counter>`
    public let name: String
    public let window: CounterWindow
    public let windowStart: Timestamp
    /// When the counter begins again: the first moment after the window.
    public let resetAt: Timestamp
    public let scope: Scope

    public init(name: String, window: CounterWindow, at time: Timestamp, scope: Scope = .grant) {
        self.name = name
        self.window = window
        self.windowStart = window.start(at: time)
        self.resetAt = window.end(at: time)
        self.scope = scope
    }

    public static func == (left: CounterRef, right: CounterRef) -> Bool {
        left.windowStart == right.windowStart && left.window == right.window
            && left.scope == right.scope && left.name.utf8.elementsEqual(right.name.utf8)
    }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(windowStart.microseconds)
        for byte in name.utf8 { hasher.combine(byte) }
    }
}
