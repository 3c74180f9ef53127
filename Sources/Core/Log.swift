/// The operator's log: one JSON object a line. Where lines go is injected; nothing global.
///
/// Fields are what happened and to whom (ids, counts, codes), never what was said: no argument
/// value, header, body or secret. Their keys are literals, so that a key cannot carry data either.
public struct Log: Sendable {
    public enum Level: UInt8, Sendable, Comparable, CaseIterable {
        case debug, info, warning, error

        public var name: StaticString {
            switch self {
            case .debug: "debug"
            case .info: "info"
            case .warning: "warning"
            case .error: "error"
            }
        }

        public static func < (left: Level, right: Level) -> Bool { left.rawValue < right.rawValue }
    }

    public enum Value: Sendable {
        case string(String)
        case int(Int)
        case bool(Bool)
        case strings([String])
    }

    /// In the order written: `["grant": .string(id), "attempts": .int(3)]`.
    public struct Fields: Sendable, ExpressibleByDictionaryLiteral {
        var pairs: [(key: StaticString, value: Value)]

        public init(dictionaryLiteral elements: (StaticString, Value)...) {
            pairs = elements.map { (key: $0.0, value: $0.1) }
        }

        public mutating func append(_ key: StaticString, _ value: Value) {
            pairs.append((key: key, value: value))
        }
    }

    /// Lines below it are not even built.
    public let level: Level
    private let clock: Clock
    private let context: Fields
    /// Takes one line, its newline included; called from any thread.
    private let sink: @Sendable ([UInt8]) -> Void

    public init(
        level: Level = .info, clock: Clock, context: Fields = [:],
        sink: @escaping @Sendable ([UInt8]) -> Void
    ) {
        self.level = level
        self.clock = clock
        self.context = context
        self.sink = sink
    }

    /// Writes nothing.
    public static let none = Log(
        level: .error,
        clock: Clock(now: { Timestamp(microseconds: 0) }, monotonicNanoseconds: { 0 })
    ) { _ in }

    /// The same log, with these fields on every line.
    public func with(_ fields: Fields) -> Log {
        var context = context
        context.pairs += fields.pairs
        return Log(level: level, clock: clock, context: context, sink: sink)
    }

    public func debug(_ event: StaticString, _ fields: @autoclosure () -> Fields = [:]) {
        if level <= .debug { write(.debug, event, fields()) }
    }

    public func info(_ event: StaticString, _ fields: @autoclosure () -> Fields = [:]) {
        if level <= .info { write(.info, event, fields()) }
    }

    public func warning(_ event: StaticString, _ fields: @autoclosure () -> Fields = [:]) {
        if level <= .warning { write(.warning, event, fields()) }
    }

    public func error(_ event: StaticString, _ fields: @autoclosure () -> Fields = [:]) {
        write(.error, event, fields())
    }

    /// The failure's code and both its texts; `detail` exists for this.
    public func error(_ event: StaticString, _ failure: Failure, _ fields: Fields = [:]) {
        write(.error, event, Self.adding(failure, to: fields))
    }

    public func warning(_ event: StaticString, _ failure: Failure, _ fields: Fields = [:]) {
        if level <= .warning { write(.warning, event, Self.adding(failure, to: fields)) }
    }

    private static func adding(_ failure: Failure, to fields: Fields) -> Fields {
        var fields = fields
        fields.append("code", .string(failure.code.rawValue))
        fields.append("message", .string(failure.message))
        if let detail = failure.detail { fields.append("detail", .string(detail)) }
        return fields
    }

    private func write(_ level: Level, _ event: StaticString, _ fields: Fields) {
        var line = JSONWriter()
        line.beginObject()
        line.key("time")
        line.string(clock.now().rfc3339)
        line.key("level")
        line.string(level.name)
        line.key("event")
        line.string(event)
        for (key, value) in context.pairs + fields.pairs {
            line.key(key)
            switch value {
            case .string(let text): line.string(text)
            case .int(let number): line.int(number)
            case .bool(let flag): line.bool(flag)
            case .strings(let texts):
                line.beginArray()
                for text in texts { line.string(text) }
                line.endArray()
            }
        }
        line.endObject()
        sink(line.bytes + [UInt8(ascii: "\n")])
    }
}
