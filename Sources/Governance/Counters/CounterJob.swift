internal import Core
internal import Policy

/// One call's business with the counters: read them, decide, add.
struct CounterJob: Sendable {
    let plans: [CounterPlan]
    /// Takes the values for each plan, in order, and answers what to add for each. Pure: it may run
    /// twice when a flight had to be repeated.
    let decide: @Sendable ([[CounterRef: ExactDecimal]]) -> [[CounterChange]]
}

/// Adds to a counter, or takes back what was added.
struct CounterChange: Sendable {
    let counter: CounterRef
    let amount: ExactDecimal
}

/// The counters of one flight: a pure ledger between reading the rows and writing them.
struct CounterLedger {
    /// What a row is for, in words.
    struct Line {
        let key: CounterKey
        let keeper: CounterKeeper
        let counter: CounterRef
        var value: ExactDecimal = .zero
        var isChanged = false
    }

    /// In the order of locking.
    private(set) var lines: [Line]
    private var positions: [CounterKey: Int] = [:]

    init(_ jobs: [CounterJob]) {
        var found: [CounterKey: Line] = [:]
        for plan in jobs.lazy.flatMap({ $0.plans }) {
            for counter in plan.counters {
                let key = CounterKey(plan.keeper, counter)
                found[key] = Line(key: key, keeper: plan.keeper, counter: counter)
            }
        }
        lines = found.values.sorted { $0.key < $1.key }
        for (position, line) in lines.enumerated() { positions[line.key] = position }
    }

    mutating func set(_ key: CounterKey, _ value: ExactDecimal) {
        if let position = positions[key] { lines[position].value = value }
    }

    /// Runs one job on the values as they stand after the jobs before it.
    mutating func run(_ job: CounterJob) {
        let values = job.plans.map { plan in
            var values: [CounterRef: ExactDecimal] = [:]
            for counter in plan.counters {
                values[counter] = line(plan.keeper, counter).map { lines[$0].value }
            }
            return values
        }
        for (plan, changes) in zip(job.plans, job.decide(values)) {
            for change in changes {
                guard let line = line(plan.keeper, change.counter) else { continue }
                // A sum too long to write stays where it was: what is bounded was denied before.
                guard let sum = lines[line].value + change.amount else { continue }
                lines[line].value = sum.isNegative ? .zero : sum
                lines[line].isChanged = true
            }
        }
    }

    private func line(_ keeper: CounterKeeper, _ counter: CounterRef) -> Int? {
        positions[CounterKey(keeper, counter)]
    }
}
