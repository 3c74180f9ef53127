import Foundation
// Where a test's code runs. The pool of threads that Swift gives tests is as small as the machine:
// what blocks it stalls every other test, and what waits in it cannot measure time.
public import Reactor

/// Runs the body as a task of the reactor, which no blocking test can stall.
public func onReactor<Value: Sendable>(
    _ reactor: Reactor, _ body: @escaping @Sendable () async throws -> Value
) async throws -> Value {
    try await withCheckedThrowingContinuation { continuation in
        reactor.run {
            do {
                continuation.resume(returning: try await body())
            } catch {
                continuation.resume(throwing: error)
            }
        }
    }
}

/// Runs a body that blocks on a thread of its own.
public func blocking<Value: Sendable>(
    _ body: @escaping @Sendable () throws -> Value
) async throws -> Value {
    try await withCheckedThrowingContinuation { continuation in
        Thread.detachNewThread { continuation.resume(with: Result { try body() }) }
    }
}
