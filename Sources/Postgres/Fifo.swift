/// First in, first out; both ends in amortised constant time.
struct Fifo<Element> {
    private var storage: [Element?] = []
    private var head = 0

    var count: Int { storage.count - head }
    var isEmpty: Bool { head == storage.count }
    var first: Element? { isEmpty ? nil : storage[head] }

    mutating func append(_ element: Element) {
        storage.append(element)
    }

    mutating func popFirst() -> Element? {
        guard !isEmpty else { return nil }
        let element = storage[head]
        storage[head] = nil
        head += 1
        if isEmpty {
            storage.removeAll(keepingCapacity: head <= 1024)
            head = 0
        } else if head >= 64, head * 2 >= storage.count {
            storage.removeFirst(head)
            head = 0
        }
        return element
    }

    /// Takes out, in order, every element for which `matches` is true.
    mutating func extract(where matches: (Element) -> Bool) -> [Element] {
        var taken: [Element] = []
        var kept: [Element?] = []
        for case let element? in storage[head...] {
            if matches(element) { taken.append(element) } else { kept.append(element) }
        }
        guard !taken.isEmpty else { return [] }
        storage = kept
        head = 0
        return taken
    }

    mutating func takeAll() -> [Element] {
        defer { self = Fifo() }
        return storage[head...].compactMap { $0 }
    }

    func forEach(_ body: (Element) -> Void) {
        for case let element? in storage[head...] { body(element) }
    }
}
