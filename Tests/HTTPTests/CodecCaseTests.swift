import HTTP
import Testing

/// The framing and smuggling tables: every case whole, cut once at every place, and byte by byte.
@Suite struct CodecCaseTests {
    @Test(arguments: Case.load("requests.txt"))
    func request(_ item: Case) {
        for pieces in splits(item.bytes) {
            let verdict = CodecRun.requests(pieces)
            guard verdict != item.verdict else { continue }
            Issue.record("cut at \(pieces.map(\.count)): \(verdict), not \(item.verdict)")
            return
        }
    }

    @Test(arguments: Case.load("responses.txt"))
    func response(_ item: Case) {
        let toHead = item.verdict.hasPrefix("to-head: ")
        let wanted = toHead ? String(item.verdict.dropFirst(9)) : item.verdict
        for pieces in splits(item.bytes) {
            let verdict = CodecRun.responses(pieces, toHead: toHead)
            guard verdict != wanted else { continue }
            Issue.record("cut at \(pieces.map(\.count)): \(verdict), not \(wanted)")
            return
        }
    }

    @Test func thereAreEnoughCases() {
        #expect(Case.load("requests.txt").count >= 110)
        #expect(Case.load("responses.txt").count >= 45)
    }

    private func splits(_ bytes: [UInt8]) -> [[[UInt8]]] {
        let cuts = bytes.indices.map { [Array(bytes[..<$0]), Array(bytes[$0...])] }
        return [[bytes]] + cuts + [bytes.map { [$0] }]
    }
}
