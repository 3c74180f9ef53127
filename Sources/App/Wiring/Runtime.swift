internal import Core
internal import Glibc
internal import Reactor
internal import Vault

/// What lives as long as the process: event loops, clock, randomness, the operator's log.
struct Runtime: Sendable {
    let group: ReactorGroup
    let clock = Clock.live
    let entropy = Entropy.live
    let log: Log

    var reactors: [Reactor] { group.reactors }
    var ids: IDGenerator { IDGenerator(clock: clock, entropy: entropy) }

    /// `reactors` of 0 is one a core.
    init(reactors: Int, logLevel: Log.Level) throws(CommandFailure) {
        let cores = max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)))
        do {
            self.group = try ReactorGroup(count: reactors == 0 ? cores : reactors)
        } catch {
            throw CommandFailure(error)
        }
        self.log = Log(level: logLevel, clock: clock) { line in
            line.withUnsafeBytes { bytes in
                // One write a line: lines of several threads do not mix.
                _ = write(STDERR_FILENO, bytes.baseAddress, bytes.count)
            }
        }
    }

    /// Runs `body` on the first reactor and waits for it.
    func onReactor<Value: Sendable>(
        _ body: @escaping @Sendable () async throws(CommandFailure) -> Value
    ) async throws(CommandFailure) -> Value {
        let result = await withCheckedContinuation {
            (continuation: CheckedContinuation<Result<Value, CommandFailure>, Never>) in
            reactors[0].run {
                do throws(CommandFailure) {
                    continuation.resume(returning: .success(try await body()))
                } catch {
                    continuation.resume(returning: .failure(error))
                }
            }
        }
        return try result.get()
    }
}
