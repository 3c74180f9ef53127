public import Core

/// A policy in the form that decides: tools found by their bytes, paths split and numbered,
/// operands parsed. Immutable, so any number of threads may decide with one.
public final class CompiledPolicy: Sendable {
    public let version: PolicyDocument.Version
    public let description: String?
    public let posture: PolicyDocument.Posture

    let hidden: HiddenTools
    let tools: [[UInt8]: RuleSet]
    let everyCall: RuleSet
    let counters: [CounterDefinition]

    public init(_ document: PolicyDocument) {
        self.version = document.version
        self.description = document.description
        self.posture = document.posture
        self.hidden = document.hidden
        self.counters = document.counters
        self.everyCall = RuleSet(document.everyCall, document.counters)
        var tools: [[UInt8]: RuleSet] = [:]
        for tool in document.tools {
            switch tool.key {
            case .exact(let name): tools[name] = RuleSet(tool.rules, document.counters)
            }
        }
        self.tools = tools
    }

    /// True for a tool that must not be listed and whose call answers as if it did not exist.
    public func hides(_ tool: [UInt8]) -> Bool {
        hidden.all || hidden.names.contains(tool)
    }

    /// The plan: every counter to lock and read before deciding, each once, in document order.
    /// Empty for a call that is denied without them.
    public func counters(for call: PolicyCall, at time: Timestamp) -> [CounterRef] {
        guard !hides(call.tool) else { return [] }
        let own = tools[call.tool]
        guard own != nil || posture == .allow else { return [] }
        var indices = own?.counters ?? []
        if indices.isEmpty {
            indices = everyCall.counters
        } else if !everyCall.counters.isEmpty {
            let known = Set(indices)
            indices += everyCall.counters.filter { !known.contains($0) }
        }
        if indices.isEmpty { return [] }
        let times = WindowTimes(time)
        return indices.map { reference(to: $0, times) }
    }

    /// The names of all counters that the policy keeps, in document order.
    public var counterNames: [String] { counters.map(\.name.text) }

    func reference(to index: Int, _ times: WindowTimes) -> CounterRef {
        CounterRef(counters[index].name, counters[index].window, times)
    }
}

/// The rules under one key, flat: every argument path numbered once, and what every decision walks
/// over kept apart from what only a denial or an explanation needs, for copying a value with many
/// parts costs more than testing it.
struct RuleSet: Sendable {
    /// What a row looks at.
    enum Subject: Sendable {
        /// Position in `paths`.
        case argument(Int)
        /// Position in the policy's counters.
        case counter(Int)
    }

    /// What a rule denies or requires.
    struct Requirement: Sendable {
        /// Position in `rules`.
        let rule: Int
        let denies: Bool
        /// Positions in `subjects` and `tests`.
        let rows: Range<Int>
    }

    final class CompiledLimit: Sendable {
        enum Increment: Sendable {
            case fixed(ExactDecimal)
            /// Position in `paths`, and the path as written.
            case argument(Int, path: String)
        }

        let counter: Int
        let increment: Increment
        let bound: Limit.Bound?
        let message: String

        init(counter: Int, increment: Increment, bound: Limit.Bound?, message: String) {
            self.counter = counter
            self.increment = increment
            self.bound = bound
            self.message = message
        }
    }

    final class CompiledRule: Sendable {
        let pointer: String
        let name: String
        let message: String
        let limit: CompiledLimit?

        init(_ rule: Rule, limit: CompiledLimit?) {
            self.pointer = rule.pointer
            self.name = rule.name
            self.message = rule.onDeny ?? "Denied by rule \"\(rule.name)\"."
            self.limit = limit
        }
    }

    /// All, in document order.
    private(set) var rules: [CompiledRule] = []
    /// In document order.
    private(set) var requirements: [Requirement] = []
    /// Those that keep a counter, in document order.
    private(set) var limiting: [CompiledRule] = []
    private(set) var subjects: [Subject] = []
    private(set) var tests: [Test] = []
    /// Each row's path as written.
    private(set) var pathTexts: [String] = []
    private(set) var paths: [ArgumentPath] = []
    /// Positions in the policy's counters, each once.
    private(set) var counters: [Int] = []

    init(_ rules: [Rule], _ counters: [CounterDefinition]) {
        var builder = Builder()
        for rule in rules {
            let first = tests.count
            var limit: CompiledLimit?
            var denies = false
            for effect in rule.effects {
                switch effect {
                case .deny: denies = true
                case .require(let condition): flatten(condition, &builder)
                case .limit(let given): limit = compiled(given, of: rule, counters, &builder)
                }
            }
            let compiled = CompiledRule(rule, limit: limit)
            if denies || tests.count > first {
                requirements.append(
                    Requirement(
                        rule: self.rules.count, denies: denies, rows: first..<tests.count))
            }
            if limit != nil { limiting.append(compiled) }
            self.rules.append(compiled)
        }
        paths = builder.paths
        self.counters = builder.counters
    }

    private struct Builder {
        var paths: [ArgumentPath] = []
        var pathNumbers: [ArgumentPath: Int] = [:]
        var counters: [Int] = []
        var knownCounters: Set<Int> = []

        mutating func number(_ path: ArgumentPath) -> Int {
            if let known = pathNumbers[path] { return known }
            pathNumbers[path] = paths.count
            paths.append(path)
            return paths.count - 1
        }

        mutating func use(_ counter: Int) {
            if knownCounters.insert(counter).inserted { counters.append(counter) }
        }
    }

    private mutating func flatten(_ condition: Condition, _ builder: inout Builder) {
        switch condition {
        case .all(let conditions):
            for condition in conditions { flatten(condition, &builder) }
        case .row(let row):
            switch row.subject {
            case .argument(let path): subjects.append(.argument(builder.number(path)))
            case .counter(let index):
                builder.use(index)
                subjects.append(.counter(index))
            }
            tests.append(row.test)
            pathTexts.append(row.path)
        }
    }

    private func compiled(
        _ limit: Limit, of rule: Rule, _ counters: [CounterDefinition], _ builder: inout Builder
    ) -> CompiledLimit {
        builder.use(limit.counter)
        let increment: CompiledLimit.Increment
        switch limit.increment {
        case .fixed(let amount): increment = .fixed(amount)
        case .argument(let path):
            let written = path.segments.map { String(decoding: $0, as: UTF8.self) }
            increment = .argument(
                builder.number(path), path: "args." + written.joined(separator: "."))
        }
        let message = rule.onDeny ?? Self.limitMessage(limit, rule, counters[limit.counter])
        return CompiledLimit(
            counter: limit.counter, increment: increment, bound: limit.bound, message: message)
    }

    private static func limitMessage(
        _ limit: Limit, _ rule: Rule, _ counter: CounterDefinition
    ) -> String {
        let max = limit.bound.map { "\($0.isExclusive ? "below " : "")\($0.max) " } ?? ""
        return "The limit of \(max)per \(counter.window.rawValue) set by rule \"\(rule.name)\" is "
            + "reached. Try again later."
    }
}
