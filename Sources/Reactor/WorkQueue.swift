// What a reactor has to run: a ring without a lock, used by the loop's thread only.

/// One thing to run on the loop.
enum Work {
    /// A job of a task that prefers this executor.
    case task(UnownedJob)
    /// A job of an actor that is pinned to this executor.
    case pinned(UnownedJob)
    case closure(@Sendable () -> Void)
}

/// First in, first out; grows by doubling and never shrinks.
final class WorkQueue {
    private var storage: UnsafeMutablePointer<Work>
    private var capacity = 256
    private var head = 0
    private var count = 0

    init() {
        storage = .allocate(capacity: capacity)
    }

    deinit {
        while next() != nil {}
        storage.deallocate()
    }

    var isEmpty: Bool { count == 0 }

    func append(_ work: Work) {
        if count == capacity { grow() }
        storage.advanced(by: (head + count) & (capacity - 1)).initialize(to: work)
        count += 1
    }

    func next() -> Work? {
        guard count > 0 else { return nil }
        let work = storage.advanced(by: head).move()
        head = (head + 1) & (capacity - 1)
        count -= 1
        return work
    }

    private func grow() {
        let larger = UnsafeMutablePointer<Work>.allocate(capacity: capacity * 2)
        let first = capacity - head
        larger.moveInitialize(from: storage + head, count: first)
        (larger + first).moveInitialize(from: storage, count: head)
        storage.deallocate()
        storage = larger
        head = 0
        capacity *= 2
    }
}
