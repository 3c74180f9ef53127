// Statements that would outlive their unit on a connection that others use next.

extension Query {
    /// Whether the statement begins or ends a transaction block or changes the session.
    var changesSession: Bool {
        var words = FirstWords(sql)
        let first = words.next()
        if first == Self.set { return words.next() != Self.local }
        return Self.forbidden.contains(first)
    }

    private static let set = FirstWords.packed("set")
    private static let local = FirstWords.packed("local")
    private static let forbidden: [UInt64] = [
        "begin", "start", "commit", "end", "rollback", "abort", "reset", "discard", "listen",
        "prepare", "deallocate",
    ].map { FirstWords.packed($0) }
}

/// Reads words as numbers: up to eight lower-cased letters, one a byte.
private struct FirstWords {
    private let sql: [UInt8]
    private var position = 0

    init(_ sql: [UInt8]) {
        self.sql = sql
    }

    static func packed(_ word: StaticString) -> UInt64 {
        var words = FirstWords(word.withUTF8Buffer { Array($0) })
        return words.next()
    }

    mutating func next() -> UInt64 {
        while position < sql.count, !isLetter(sql[position]) { position += 1 }
        var word: UInt64 = 0
        while position < sql.count, isLetter(sql[position]) {
            if word >> 56 == 0 { word = word << 8 | UInt64(sql[position] | 0x20) }
            position += 1
        }
        return word
    }

    private func isLetter(_ byte: UInt8) -> Bool {
        (0x61...0x7a).contains(byte | 0x20)
    }
}
