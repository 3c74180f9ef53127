/// Did you mean …? The known word nearest to what an author wrote.
enum Suggestion {
    /// The known word at most two edits away (one for short words), or nil.
    static func nearest(to written: [UInt8], among known: [String]) -> String? {
        guard written.count <= 32 else { return nil }
        let allowed = written.count <= 3 ? 1 : 2
        var best: (word: String, distance: Int)?
        for word in known {
            let distance = distance(written, [UInt8](word.utf8))
            if distance <= allowed, distance < best?.distance ?? Int.max {
                best = (word, distance)
            }
        }
        return best?.word
    }

    /// `; did you mean …?` or nothing.
    static func phrase(for written: [UInt8], among known: [String]) -> String {
        nearest(to: written, among: known).map { "; did you mean `\($0)`?" } ?? ""
    }

    /// Edits between two words: insertions, deletions, replacements, swaps of neighbours.
    private static func distance(_ left: [UInt8], _ right: [UInt8]) -> Int {
        var before: [Int] = []
        var previous = Array(0...right.count)
        for (row, byte) in left.enumerated() {
            var current = [row + 1]
            for (column, other) in right.enumerated() {
                var cost = min(previous[column + 1] + 1, current[column] + 1)
                cost = min(cost, previous[column] + (byte == other ? 0 : 1))
                if row > 0, column > 0, byte == right[column - 1], left[row - 1] == other {
                    cost = min(cost, before[column - 1] + 1)
                }
                current.append(cost)
            }
            before = previous
            previous = current
        }
        return previous[right.count]
    }
}
