import Core
import HTTP
import Testing

/// Event streams: the rules of the WHATWG standard, any split, and back again.
@Suite struct SSETests {
    struct Sample: Sendable, CustomStringConvertible {
        let text: String
        let events: [String]
        var description: String { text }
    }

    static let samples = [
        Sample(text: "data: a\n\n", events: ["message a"]),
        Sample(text: "data:a\n\n", events: ["message a"]),
        Sample(text: "data:  a\n\n", events: ["message  a"]),
        Sample(text: "data: a\r\ndata: b\r\n\r\n", events: ["message a\nb"]),
        Sample(text: "data: a\rdata: b\r\r", events: ["message a\nb"]),
        Sample(
            text: "data: a\n\ndata: b\r\rdata: c\r\n\r\n",
            events: ["message a", "message b", "message c"]),
        Sample(text: "\u{FEFF}data: a\n\n", events: ["message a"]),
        Sample(text: "\u{FEFF}\u{FEFF}data: a\n\n", events: []),
        Sample(text: ": comment\n\n:\n\ndata: a\n: inside\n\n", events: ["message a"]),
        Sample(text: "event: x\ndata: a\n\ndata: b\n\n", events: ["x a", "message b"]),
        Sample(text: "event: x\n\ndata: b\n\n", events: ["message b"]),
        Sample(text: "event:\ndata: b\n\n", events: ["message b"]),
        Sample(text: "id: 1\ndata: a\n\ndata: b\n\n", events: ["#1 message a", "#1 message b"]),
        Sample(text: "id: 1\ndata: a\n\nid\ndata: b\n\n", events: ["#1 message a", "# message b"]),
        Sample(text: "id: 1\n\ndata: b\n\n", events: ["#1 message b"]),
        Sample(text: "id: a\0b\ndata: b\n\n", events: ["message b"]),
        Sample(text: "data\n\ndata\ndata\n\n", events: ["message ", "message \n"]),
        Sample(text: "data: a\ndata\n\n", events: ["message a\n"]),
        Sample(text: "retry: 100\ndata: a\n\n", events: ["message a ~100"]),
        Sample(text: "retry: 1x\ndata: a\n\n", events: ["message a"]),
        Sample(text: "foo: bar\nDATA: x\n data: y\n\n", events: []),
        Sample(text: "data: cut off\n", events: []),
        Sample(text: "data: a\n\ndata: cut off", events: ["message a"]),
        Sample(text: "data: {\"é\":1}\n\n", events: ["message {\"é\":1}"]),
    ]

    private func show(_ event: SSEEvent) -> String {
        (event.id.map { "#\($0) " } ?? "") + (event.event ?? "message") + " "
            + String(decoding: event.data, as: UTF8.self) + (event.retry.map { " ~\($0)" } ?? "")
    }

    @Test(arguments: samples)
    func read(_ sample: Sample) throws {
        let bytes = Array(sample.text.utf8)
        for cut in bytes.indices {
            var parser = SSEParser()
            let events = try parser.feed(Array(bytes[..<cut])) + parser.feed(Array(bytes[cut...]))
            #expect(events.map(show) == sample.events, "cut at \(cut)")
        }
        var parser = SSEParser()
        let events = try bytes.flatMap { try parser.feed([$0]) }
        #expect(events.map(show) == sample.events)
    }

    @Test func boundsLinesAndEvents() throws {
        var long = SSEParser(eventBytesMax: 10)
        #expect(throws: Failure.self) { try long.feed(Array("data: 12345678".utf8)) }
        var many = SSEParser(eventBytesMax: 10)
        #expect(throws: Failure.self) {
            for _ in 0..<4 { _ = try many.feed(Array("data: 123\n".utf8)) }
        }
    }

    @Test func whatIsWrittenIsReadAsOneEvent() throws {
        let samples = [
            SSEEvent(data: Array("a\r\nb\rc\nd".utf8)), SSEEvent(data: []),
            SSEEvent(id: "7", event: "x", data: Array("\n".utf8), retry: 5),
            SSEEvent(data: Array(" leading blank".utf8)),
        ]
        for event in samples {
            var parser = SSEParser()
            let read = try parser.feed(SSEWriter.bytes(event))
            var wanted = event
            let text = String(decoding: event.data, as: UTF8.self)
            wanted.data = Array(
                text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
                    .joined(separator: "\n").utf8)
            #expect(read == [wanted])
        }
    }

    @Test func nothingInAnEventBecomesAnother() throws {
        var parser = SSEParser()
        let event = SSEEvent(
            id: "1\ndata: forged\n\n", event: "x\r\rdata: forged", data: Array("a\n\nid: 9".utf8))
        let read = try parser.feed(SSEWriter.bytes(event) + SSEWriter.comment("tick"))
        #expect(read == [SSEEvent(data: Array("a\n\nid: 9".utf8))])
    }
}
