// Waiting on a stream: as a task, or with a callback and no task at all.
internal import CSys
public import Core

extension ByteStream {
    /// Suspends until a read may find something: bytes, an end or a failure. At most one task
    /// waits to read. Cancelling the task does not end the wait; closing the stream does.
    nonisolated(nonsending)
        public func waitReadable(deadlineNanoseconds: UInt64? = nil) async throws(Failure)
    {
        reactor.preconditionOnLoop()
        guard !state.contains(.closed) else { throw Self.closedHere }
        guard !state.contains(.readable) else { return }
        precondition(readWaiter == nil, "two tasks wait to read one stream")
        readDeadline = deadlineNanoseconds ?? .max
        let wake = await withUnsafeContinuation { continuation in
            readWaiter = continuation
            arm(readDeadline)
        }
        try check(wake, "nothing to read came in time")
    }

    /// Suspends until a write may take something. At most one task waits to write. Cancelling the
    /// task does not end the wait; closing the stream does.
    nonisolated(nonsending)
        public func waitWritable(deadlineNanoseconds: UInt64? = nil) async throws(Failure)
    {
        reactor.preconditionOnLoop()
        guard !state.contains(.closed) else { throw Self.closedHere }
        guard !state.contains(.writable) else { return }
        precondition(writeWaiter == nil, "two tasks wait to write one stream")
        writeDeadline = deadlineNanoseconds ?? .max
        let wake = await withUnsafeContinuation { continuation in
            writeWaiter = continuation
            arm(writeDeadline)
        }
        try check(wake, "the peer took nothing in time")
    }

    /// Calls back once when a read may find something, never from within this call. nil takes the
    /// wish back. No task exists meanwhile.
    public func onReadable(_ callback: (() -> Void)?) {
        reactor.preconditionOnLoop()
        guard !state.contains(.closed) else { return }
        readableCallback = callback
        guard callback != nil, state.contains(.readable) else { return }
        reactor.perform { self.deliverReadable() }
    }

    /// Calls back once when the peer is found to send nothing more (it closed, half or wholly, or
    /// was lost), never from within this call. nil takes the wish back.
    public func onPeerClosed(_ callback: (() -> Void)?) {
        reactor.preconditionOnLoop()
        guard !state.contains(.closed) else { return }
        peerClosedCallback = callback
        guard callback != nil, state.contains(.peerClosed) else { return }
        reactor.perform {
            guard let callback = self.peerClosedCallback else { return }
            self.peerClosedCallback = nil
            callback()
        }
    }

    func deliverReadable() {
        guard state.contains(.readable), let callback = readableCallback else { return }
        readableCallback = nil
        callback()
    }

    func wakeReader(_ wake: Wake) {
        guard let waiter = readWaiter else { return }
        readWaiter = nil
        readDeadline = .max
        waiter.resume(returning: wake)
    }

    func wakeWriter(_ wake: Wake) {
        guard let waiter = writeWaiter else { return }
        writeWaiter = nil
        writeDeadline = .max
        waiter.resume(returning: wake)
    }

    private func check(_ wake: Wake, _ message: String) throws(Failure) {
        // Between waking the task and its turn to run, the stream may have been closed.
        guard wake != .closed, !state.contains(.closed) else { throw Self.closedHere }
        guard wake == .ready else { throw Failure(.timeout, message) }
    }

    /// One timer serves all deadlines. It stays when a wait ends and moves only when it would
    /// come too late, so a busy connection does not touch the heap.
    private func arm(_ deadline: UInt64) {
        guard deadline < timerDeadline else { return }
        if let timer { reactor.cancel(timer) }
        timerDeadline = deadline
        timer = reactor.timer(atNanoseconds: deadline) { self.expire() }
    }

    private func expire() {
        timer = nil
        timerDeadline = .max
        let now = bw_monotonic_nanoseconds()
        if readDeadline <= now { wakeReader(.timeout) }
        if writeDeadline <= now { wakeWriter(.timeout) }
        arm(min(readDeadline, writeDeadline))
    }
}
