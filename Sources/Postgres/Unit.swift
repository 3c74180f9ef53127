// What is sent between two synchronisation points, and who waits for its answer.
internal import Core

/// Statements that succeed or fail together: outside a transaction block the server runs them as
/// one implicit transaction. Confined to its connection's loop.
final class Unit {
    typealias Answer = Result<[ResultSet], Failure>

    enum Purpose {
        /// An implicit transaction of its own.
        case oneShot
        /// A step inside a transaction block; the connection belongs to it alone.
        case step
        /// COMMIT of a transaction block.
        case commit
        /// Makes the server know a statement before the unit that needs it.
        case prepare(PreparedStatement)
    }

    let purpose: Purpose
    /// Statements without parameters that go first, such as BEGIN.
    let controls: [StaticString]
    let queries: [Query]
    /// How many leading answers are not the caller's.
    let skip: Int
    let timeoutNanoseconds: UInt64
    /// When it was made.
    let since: UInt64
    /// When the caller stops waiting.
    let deadline: UInt64
    /// When the server could begin with it.
    var headSince: UInt64 = 0
    var uses: [PreparedStatement] = []
    private(set) var failure: Failure?
    private(set) var isStale = false
    private var results: [ResultSet] = []
    private var answer: ((Answer) -> Void)?

    init(
        _ purpose: Purpose, controls: [StaticString] = [], queries: [Query] = [], skip: Int = 0,
        timeoutNanoseconds: UInt64, now: UInt64, answer: ((Answer) -> Void)?
    ) {
        self.purpose = purpose
        self.controls = controls
        self.queries = queries
        self.skip = skip
        self.timeoutNanoseconds = timeoutNanoseconds
        self.since = now
        self.deadline = now + timeoutNanoseconds
        self.answer = answer
    }

    /// Whether losing the answer leaves open what happened.
    var mayHaveHappened: Bool {
        switch purpose {
        case .oneShot, .commit: true
        case .step, .prepare: false
        }
    }

    /// Whether the connection is of no use once its answer is late.
    var isExclusive: Bool {
        switch purpose {
        case .step, .commit: true
        case .oneShot, .prepare: false
        }
    }

    /// False once the caller has been told something.
    var isAwaited: Bool { answer != nil }
    /// Its time was up before the server answered.
    private(set) var isAbandoned = false

    func received(_ result: ResultSet) { results.append(result) }

    func received(failure: Failure, isStale: Bool) {
        self.isStale = self.isStale || isStale
        if self.failure == nil { self.failure = failure }
    }

    /// The server is done with all of it.
    func finish() {
        if let failure {
            conclude(.failure(failure))
        } else {
            conclude(.success(skip == 0 ? results : Array(results.dropFirst(skip))))
        }
    }

    func abandon(_ failure: Failure) {
        isAbandoned = true
        conclude(.failure(failure))
    }

    func conclude(_ outcome: Answer) {
        guard let answer else { return }
        self.answer = nil
        answer(outcome)
    }
}
