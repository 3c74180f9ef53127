internal import Core

/// Gathers whatever arrives while one flight is under way into the next: natural batching, one
/// flight at a time, no timer and no task of its own.
///
/// The first caller leads: it runs the flight for everybody aboard, then hands the lead to one of
/// those who came meanwhile. A request is always in a flight that started after it arrived, so it
/// sees everything that was committed before it.
final class Batcher<Request: Sendable, Reply: Sendable>: Sendable {
    /// Answers one result for each request, in order; throwing fails them all.
    typealias Flight = @Sendable ([Request]) async throws(Failure) -> [Result<Reply, Failure>]

    fileprivate enum Turn: Sendable {
        case answered(Result<Reply, Failure>)
        case lead([Passenger])
    }

    fileprivate struct Passenger: Sendable {
        let request: Request
        let wake: CheckedContinuation<Turn, Never>?
    }

    fileprivate struct State: Sendable {
        var isFlying = false
        var waiting: [Passenger] = []
    }

    fileprivate let state = Locked(State())
    private let flight: Flight
    private let aboardMax: Int
    private let waitingMax: Int

    /// - Parameters:
    ///   - aboardMax: requests in one flight.
    ///   - waitingMax: requests waiting for the next ones; more are refused as unavailable.
    init(aboardMax: Int, waitingMax: Int, flight: @escaping Flight) {
        self.aboardMax = aboardMax
        self.waitingMax = waitingMax
        self.flight = flight
    }

    func submit(_ request: Request) async throws(Failure) -> Reply {
        let leads = state.withLock { state in
            defer { state.isFlying = true }
            return !state.isFlying
        }
        var aboard = [Passenger(request: request, wake: nil)]
        if !leads {
            switch await wait(request) {
            case .answered(let result): return try result.get()
            case .lead(let passengers): aboard = passengers
            }
        }
        return try await fly(aboard).get()
    }

    private func wait(_ request: Request) async -> Turn {
        await withCheckedContinuation { continuation in
            let passenger = Passenger(request: request, wake: continuation)
            let turn: Turn? = state.withLock { state in
                if !state.isFlying {
                    // The flight ended between the two looks at the state.
                    state.isFlying = true
                    return .lead([Passenger(request: request, wake: nil)])
                }
                guard state.waiting.count < waitingMax else {
                    return .answered(.failure(.overloaded))
                }
                state.waiting.append(passenger)
                return nil
            }
            if let turn { continuation.resume(returning: turn) }
        }
    }

    /// Runs a flight, answers everybody aboard but the leader, whose result it returns.
    private func fly(_ aboard: [Passenger]) async -> Result<Reply, Failure> {
        var results: [Result<Reply, Failure>]
        do {
            results = try await flight(aboard.map { $0.request })
        } catch {
            results = aboard.map { _ in .failure(error) }
        }
        if Task.isCancelled, case .failure(let failure) = results[0], failure.code == .cancelled {
            // Only the leader's client is gone: the others fly again.
            land(returning: Array(aboard.dropFirst()))
            return results[0]
        }
        land(returning: [])
        for (passenger, result) in zip(aboard, results) {
            passenger.wake?.resume(returning: .answered(result))
        }
        return results[0]
    }

    /// Ends a flight and hands the lead on.
    private func land(returning again: [Passenger]) {
        let next: [Passenger] = state.withLock { state in
            state.waiting.insert(contentsOf: again, at: 0)
            let next = Array(state.waiting.prefix(aboardMax))
            state.waiting.removeFirst(next.count)
            state.isFlying = !next.isEmpty
            return next
        }
        guard let leader = next.first else { return }
        leader.wake?.resume(
            returning: .lead([Passenger(request: leader.request, wake: nil)] + next.dropFirst()))
    }
}

extension Failure {
    static let overloaded = Failure(
        .unavailable, "Too much waits for the database; try again", retryAfterSeconds: 1)
}

extension Batcher {
    /// How many wait for the next flight.
    var waitingCount: Int { state.withLock { $0.waiting.count } }
    /// Whether one is under way.
    var isFlying: Bool { state.withLock { $0.isFlying } }
}
