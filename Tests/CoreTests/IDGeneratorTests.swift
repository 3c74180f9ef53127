import Core
import Testing

struct IDGeneratorTests {
    private func generator(
        at moment: Locked<Timestamp>,
        _ fill: @escaping @Sendable (UnsafeMutableRawBufferPointer) -> Void
    ) -> IDGenerator {
        IDGenerator(
            clock: Clock(now: { moment.withLock { $0 } }, monotonicNanoseconds: { 0 }),
            entropy: Entropy(fill: fill))
    }

    @Test func layoutOfVersion7() throws {
        let moment = try #require(Timestamp(rfc3339: "2022-02-22T19:22:22Z"))
        let ids = generator(at: Locked(moment)) { buffer in
            for index in buffer.indices { buffer[index] = 0xFF }
        }
        // The milliseconds of RFC 9562, appendix A.6.
        #expect(ids.next() == "017f22e2-79b0-77ff-bfff-ffffffffffff")
    }

    @Test func everGreaterThoughTheClockStepsBack() {
        let moment = Locked(Timestamp(microseconds: 1_000_000_000_000))
        let random = Locked(Seeded(3))
        let ids = generator(at: moment) { buffer in
            random.withLock { random in
                for index in buffer.indices {
                    buffer[index] = UInt8.random(in: 0...255, using: &random)
                }
            }
        }
        var last = ""
        for round in 0..<20_000 {
            if round % 1_000 == 0 {
                moment.withLock { $0.microseconds += round % 2_000 == 0 ? 700 : -900_000 }
            }
            let id = ids.next()
            #expect(id > last && id.utf8.count == 36 && IDGenerator.isID(id.utf8))
            last = id
        }
    }

    @Test func everGreaterWhenAMillisecondIsFull() {
        let ids = generator(at: Locked(Timestamp(microseconds: 5_000_000))) { buffer in
            for index in buffer.indices { buffer[index] = 0xFF }
        }
        var last = ids.next()
        for _ in 0..<100 {
            let id = ids.next()
            #expect(id > last)
            last = id
        }
    }

    @Test func knowsAnID() {
        #expect(IDGenerator.isID("00000000-0000-0000-0000-000000000000".utf8))
        for bad in [
            "", "00000000-0000-0000-0000-00000000000", "00000000-0000-0000-0000-00000000000G",
            "00000000-0000-0000-0000-00000000000A", "0000000000000-0000-0000-000000000000",
            "{0000000-0000-0000-0000-00000000000}",
        ] {
            #expect(!IDGenerator.isID(bad.utf8))
        }
    }
}
