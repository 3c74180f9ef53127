/// One thing out of order.
struct Finding: CustomStringConvertible, Equatable {
    let path: String
    let line: Int
    let rule: String
    let advice: String

    var description: String { "\(path):\(line): \(rule): \(advice)" }
}

/// The checks, each a function of one source.
enum TidyChecks {
    static func all(_ source: SourceText) -> [Finding] {
        everything(source).filter { finding in
            !HouseRules.exceptions.contains { $0.path == finding.path && $0.rule == finding.rule }
        }
    }

    /// Without regard to exceptions.
    static func everything(_ source: SourceText) -> [Finding] {
        lengths(source) + functions(source) + imports(source) + bans(source) + words(source)
    }

    static func lengths(_ source: SourceText) -> [Finding] {
        var found: [Finding] = []
        for (index, line) in source.lines.enumerated() {
            // Bytes are the quick upper bound of columns.
            let columns = line.utf8.count > HouseRules.columnsMax ? line.count : 0
            if columns > HouseRules.columnsMax {
                found.append(
                    Finding(
                        path: source.path, line: index + 1, rule: "columns",
                        advice: "\(columns) columns; at most \(HouseRules.columnsMax)"))
            }
        }
        if source.lines.count > HouseRules.fileLinesMax {
            found.append(
                Finding(
                    path: source.path, line: source.lines.count, rule: "file",
                    advice: "\(source.lines.count) lines; at most \(HouseRules.fileLinesMax)"))
        }
        return found
    }

    static func imports(_ source: SourceText) -> [Finding] {
        guard let target = source.target else { return [] }
        let allowed = HouseRules.imports[target] ?? []
        return source.code.enumerated().compactMap { index, line in
            let words = line.split(separator: " ")
            guard let at = words.firstIndex(of: "import"), at + 1 < words.count,
                words[..<at].allSatisfy({ $0.hasPrefix("@") || importModifiers.contains($0) })
            else { return nil }
            let name = words[words.count - 1].prefix { $0 != "." }
            guard !allowed.contains(String(name)) else { return nil }
            return Finding(
                path: source.path, line: index + 1, rule: "import",
                advice: "\(target) may import only \(allowed.sorted().joined(separator: ", "))")
        }
    }

    private static let importModifiers: Set<Substring> = [
        "public", "package", "internal", "fileprivate", "private",
    ]

    static func bans(_ source: SourceText) -> [Finding] {
        let bans = HouseRules.bans.filter { ban in
            ban.targets.map { $0.contains(source.target ?? "") } ?? true
        }
        let needles = bans.map { [UInt8]($0.spelling.utf8) }
        var found: [Finding] = []
        for (index, line) in source.code.enumerated() {
            let bytes = [UInt8](line.utf8)
            for (ban, needle) in zip(bans, needles)
            where contains(bytes, needle, asWord: ban.isWord)
                && !excused(ban, source, index)
            {
                found.append(
                    Finding(
                        path: source.path, line: index + 1, rule: ban.spelling,
                        advice: "use \(ban.instead)"))
            }
        }
        return found
    }

    /// Whether the word that excuses it stands on the line, in the comments and attributes directly
    /// above it, or in the string of a call that goes on below.
    private static func excused(_ ban: HouseRules.Ban, _ source: SourceText, _ index: Int) -> Bool {
        guard let word = ban.unless else { return false }
        if source.lines[index].contains(word) { return true }
        if index + 1 < source.lines.count, source.code[index].hasSuffix("("),
            source.lines[index + 1].contains(word)
        {
            return true
        }
        for above in source.lines[..<index].reversed() {
            let text = above.drop { $0 == " " }
            guard text.hasPrefix("//") || text.hasPrefix("@") else { return false }
            if text.contains(word) { return true }
        }
        return false
    }

    static func words(_ source: SourceText) -> [Finding] {
        let unfinished = HouseRules.unfinished.map { [UInt8]($0.utf8) }
        let isSQLFree = HouseRules.sqlFree.contains(source.target ?? "")
        let sql = isSQLFree ? HouseRules.sql.map { [UInt8]($0.utf8) } : []
        var found: [Finding] = []
        for (index, line) in source.lines.enumerated() {
            let bytes = [UInt8](line.utf8)
            if unfinished.contains(where: { contains(bytes, $0, asWord: true) }) {
                found.append(
                    Finding(
                        path: source.path, line: index + 1, rule: "unfinished",
                        advice: "finish it, or open an issue"))
            }
            if sql.contains(where: { contains(bytes, $0, asWord: true) }) {
                found.append(
                    Finding(
                        path: source.path, line: index + 1, rule: "SQL",
                        advice: "SQL stands in Postgres and in Governance's stores only"))
            }
        }
        return found
    }

    /// `asWord`: no letter, digit or underscore on either side where the needle has one at its end.
    static func contains(_ line: [UInt8], _ needle: [UInt8], asWord: Bool) -> Bool {
        guard line.count >= needle.count, let first = needle.first else { return false }
        line: for start in 0...line.count - needle.count where line[start] == first {
            for offset in 1..<needle.count where line[start + offset] != needle[offset] {
                continue line
            }
            let end = start + needle.count
            if asWord {
                if start > 0, isWordByte(first), isWordByte(line[start - 1]) { continue }
                if end < line.count, isWordByte(needle[needle.count - 1]), isWordByte(line[end]) {
                    continue
                }
            }
            return true
        }
        return false
    }

    static func isWordByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "_"), 0x80...0xFF:
            true
        default: false
        }
    }
}
