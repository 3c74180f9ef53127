import Core
import Testing

struct LogTests {
    private func log(_ level: Log.Level, to lines: Locked<[String]>) -> Log {
        let clock = Clock(now: { Timestamp(microseconds: 0) }, monotonicNanoseconds: { 0 })
        return Log(level: level, clock: clock) { line in
            lines.withLock { $0.append(text(line)) }
        }
    }

    @Test func oneObjectALine() {
        let lines = Locked<[String]>([])
        log(.info, to: lines).with(["tenant": .string("t\n1")]).info(
            "call.decided",
            ["allowed": .bool(true), "rules": .int(-3), "codes": .strings(["a", "\"b\""])])
        let expected =
            #"{"time":"1970-01-01T00:00:00.000000Z","level":"info","event":"call.decided","#
            + #""tenant":"t\n1","allowed":true,"rules":-3,"codes":["a","\"b\""]}"# + "\n"
        #expect(lines.withLock { $0 } == [expected])
    }

    @Test func linesBelowTheLevelAreNotBuilt() {
        let lines = Locked<[String]>([])
        let log = log(.warning, to: lines)
        func never() -> Log.Fields {
            Issue.record("fields of a line that is not written")
            return [:]
        }
        log.debug("a", never())
        log.info("b", never())
        log.warning("c")
        log.error("d")
        Log.none.error("e")
        #expect(lines.withLock { $0.count } == 2)
    }

    @Test func failuresShowTheirDetailHereOnly() {
        let lines = Locked<[String]>([])
        let failure = Failure(.unavailable, "try again", detail: "connection refused")
        log(.info, to: lines).error("database.lost", failure)
        let line = lines.withLock { $0.joined() }
        #expect(line.contains(#""code":"unavailable","message":"try again""#))
        #expect(line.contains(#""detail":"connection refused""#))
        #expect("\(failure)" == "Failure(unavailable)")
    }
}
