internal import CSys
internal import Core

/// One thread with an epoll set, a timer heap and a run queue: everything of one core.
///
/// As a `TaskExecutor` it runs tasks started with `run`; as a `SerialExecutor` an actor pins to it
/// with `nonisolated var unownedExecutor: UnownedSerialExecutor { reactor.asUnownedSerialExecutor()
/// }`. What runs here must never block.
// SAFETY: `inbox` is touched only under `lock`; everything else only by the loop's own thread,
// which `preconditionOnLoop` checks in debug builds, or before that thread starts.
public final class Reactor: TaskExecutor, SerialExecutor, @unchecked Sendable {
    /// Position in its group, from 0.
    public let index: Int

    let epoll: Int32
    private let wakeup: Int32
    private let lock: OpaquePointer
    private var inbox: [Work] = []
    private var sleeping = false

    private var arrivals: [Work] = []
    private let queue = WorkQueue()
    private var pinned: PinnedExecutor?
    private var stopping = false
    private var thread: UInt64 = 0
    var timers = TimerHeap()
    var watches = WatchTable()

    /// Clock of this turn of the loop, nanoseconds: exact enough for deadlines of seconds, and
    /// free. Loop thread only.
    public private(set) var turnNanoseconds: UInt64 = bw_monotonic_nanoseconds()

    /// How many jobs run before the descriptors are looked at again.
    private static let jobsPerTurn = 256
    private static let wakeupToken = UInt64.max

    init(index: Int) throws(Failure) {
        self.index = index
        epoll = bw_epoll_create()
        guard epoll >= 0 else { throw Failure.system(epoll, "cannot make an epoll set") }
        wakeup = bw_eventfd_create()
        lock = bw_lock_create()
        guard wakeup >= 0 else { throw Failure.system(wakeup, "cannot make an eventfd") }
        // Edge-triggered: the counter is never read, so a wake-up costs one call, not two.
        let code = bw_epoll_add(epoll, wakeup, BW_READABLE | BW_EDGE, Self.wakeupToken)
        guard code == 0 else { throw Failure.system(code, "cannot watch an eventfd") }
        pinned = PinnedExecutor(reactor: self)
    }

    deinit {
        if epoll >= 0 { bw_close(epoll) }
        if wakeup >= 0 { bw_close(wakeup) }
        bw_lock_destroy(lock)
    }

    // MARK: any thread

    /// The reactor whose thread this is.
    public static var current: Reactor? {
        guard let pointer = bw_current_loop() else { return nil }
        return Unmanaged<Reactor>.fromOpaque(pointer).takeUnretainedValue()
    }

    /// Whether the caller is on this reactor's thread.
    @inline(__always)
    public var isCurrent: Bool {
        bw_current_loop() == UnsafeMutableRawPointer(Unmanaged.passUnretained(self).toOpaque())
    }

    /// Traps in debug builds when the caller is not on this reactor's thread.
    @inline(__always)
    public func preconditionOnLoop() {
        assert(isCurrent, "touched outside its reactor's thread")
    }

    /// Starts a task that runs here, children included, until it ends.
    @discardableResult
    public func run(_ body: @escaping @Sendable () async -> Void) -> Task<Void, Never> {
        Task(executorPreference: self) { await body() }
    }

    /// Runs the closure on the loop's thread, after what is queued before it; never at once.
    public func perform(_ body: @escaping @Sendable () -> Void) {
        submit(.closure(body))
    }

    func submit(_ work: consuming Work) {
        if isCurrent {
            queue.append(work)
            return
        }
        bw_lock_acquire(lock)
        inbox.append(work)
        let wake = sleeping
        sleeping = false
        bw_lock_release(lock)
        if wake { bw_eventfd_signal(wakeup) }
    }

    // MARK: executor

    public func enqueue(_ job: consuming ExecutorJob) {
        submit(.task(UnownedJob(job)))
    }

    /// For `unownedExecutor` of an actor that lives on this thread.
    public func asUnownedSerialExecutor() -> UnownedSerialExecutor {
        guard let pinned else { preconditionFailure("a reactor has its executor from the start") }
        return pinned.asUnownedSerialExecutor()
    }

    public func checkIsolated() {
        precondition(isCurrent, "not on this reactor's thread")
    }

    public func isIsolatingCurrentContext() -> Bool? { isCurrent }

    // MARK: loop

    func start() throws(Failure) {
        let context = Unmanaged.passRetained(self)
        let body: @convention(c) (UnsafeMutableRawPointer?) -> Void = { pointer in
            guard let pointer else { return }
            let reactor = Unmanaged<Reactor>.fromOpaque(pointer).takeRetainedValue()
            bw_current_loop_set(pointer)
            reactor.loop()
            bw_current_loop_set(nil)
        }
        let code = bw_thread_start(body, context.toOpaque(), "reactor-\(index)", &thread)
        guard code == 0 else {
            context.release()
            throw Failure.system(code, "cannot start a thread")
        }
    }

    func stop() {
        precondition(!isCurrent, "a reactor cannot wait for its own end")
        perform { self.stopping = true }
        bw_thread_join(thread)
        pinned = nil
    }

    private func loop() {
        let events = UnsafeMutablePointer<bw_event>.allocate(capacity: 256)
        defer { events.deallocate() }
        var endings = 0
        while true {
            let busy = collect()
            if stopping && !busy {
                // What is still open is closed, so that its tasks end; then once more, for theirs.
                guard !watches.sinks.isEmpty, endings < 8 else { return }
                endings += 1
                for sink in watches.sinks { sink.end() }
                continue
            }
            let timeout = busy ? 0 : timers.timeoutMilliseconds(now: bw_monotonic_nanoseconds())
            let count = bw_epoll_wait(epoll, events, 256, timeout)
            turnNanoseconds = bw_monotonic_nanoseconds()
            for position in 0..<max(0, Int(count)) where events[position].token != Self.wakeupToken
            {
                watches.sink(events[position].token)?.ready(events[position].flags)
            }
            while let fire = timers.popDue(now: turnNanoseconds) { fire() }
            runJobs()
        }
    }

    /// Takes what other threads sent. False when there is nothing to do, from when on a sender
    /// must write to the eventfd.
    private func collect() -> Bool {
        bw_lock_acquire(lock)
        if !inbox.isEmpty { swap(&inbox, &arrivals) }
        let busy = !queue.isEmpty || !arrivals.isEmpty
        sleeping = !busy
        bw_lock_release(lock)
        guard !arrivals.isEmpty else { return busy }
        for work in arrivals { queue.append(work) }
        arrivals.removeAll(keepingCapacity: arrivals.count <= 4096)
        return true
    }

    private func runJobs() {
        let tasks = asUnownedTaskExecutor()
        let serial = asUnownedSerialExecutor()
        for _ in 0..<Self.jobsPerTurn {
            guard let work = queue.next() else { return }
            switch work {
            case .task(let job): job.runSynchronously(on: tasks)
            case .pinned(let job): job.runSynchronously(isolatedTo: serial, taskExecutor: tasks)
            case .closure(let body): body()
            }
        }
    }
}
