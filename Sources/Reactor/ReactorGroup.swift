internal import CSys
public import Core

/// The reactors of a process, one per core, started together and ended together.
public final class ReactorGroup: Sendable {
    public let reactors: [Reactor]

    /// Starts `count` threads (at least one) and makes the process ignore SIGPIPE.
    public init(count: Int) throws(Failure) {
        precondition(count > 0, "a group has at least one reactor")
        bw_ignore_sigpipe()
        var reactors: [Reactor] = []
        do {
            for index in 0..<count {
                let reactor = try Reactor(index: index)
                try reactor.start()
                reactors.append(reactor)
            }
        } catch {
            for reactor in reactors { reactor.stop() }
            throw error
        }
        self.reactors = reactors
    }

    /// Lets each reactor run what is queued, closes what is still open, then ends and joins its
    /// thread. To be called once, from outside. A task that still sleeps never goes on.
    public func shutdown() {
        for reactor in reactors { reactor.stop() }
    }
}
