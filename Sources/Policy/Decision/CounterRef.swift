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

    public let window: CounterWindow
    public let windowStart: Timestamp
    /// When the counter begins again: the first moment after the window.
    public let resetAt: Timestamp
    public let scope: Scope
    private let key: CounterName

    /// `<tool|_global>.<counter>`
    public var name: String { key.text }

    public init(name: String, window: CounterWindow, at time: Timestamp, scope: Scope = .grant) {
        self.init(CounterName(name), window, WindowTimes(time), scope)
    }

    init(
        _ name: CounterName, _ window: CounterWindow, _ times: WindowTimes, _ scope: Scope = .grant
    ) {
        self.key = name
        self.window = window
        self.windowStart = times.start(of: window)
        self.resetAt = times.end(of: window)
        self.scope = scope
    }

    public static func == (left: CounterRef, right: CounterRef) -> Bool {
        left.windowStart == right.windowStart && left.window == right.window
            && left.scope == right.scope && left.key == right.key
    }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(key.hash)
    }
}

/// A counter's name, hashed once: a decision looks up each of its counters.
final class CounterName: Sendable, Equatable {
    let text: String
    let hash: Int
    private let bytes: [UInt8]

    init(_ text: String) {
        self.text = text
        self.bytes = [UInt8](text.utf8)
        self.hash = bytes.hashValue
    }

    static func == (left: CounterName, right: CounterName) -> Bool {
        left === right || (left.hash == right.hash && left.bytes == right.bytes)
    }
}

/// The windows that one moment falls in.
struct WindowTimes {
    private let minute: Timestamp
    private let hour: Timestamp
    private let day: Timestamp

    init(_ time: Timestamp) {
        self.minute = CounterWindow.minute.start(at: time)
        self.hour = CounterWindow.hour.start(at: time)
        self.day = CounterWindow.day.start(at: time)
    }

    func start(of window: CounterWindow) -> Timestamp {
        switch window {
        case .minute: minute
        case .hour: hour
        case .day: day
        }
    }

    func end(of window: CounterWindow) -> Timestamp {
        Timestamp(
            microseconds: start(of: window).microseconds + window.microseconds)
    }
}
