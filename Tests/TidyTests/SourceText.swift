/// A Swift source, told apart into what the compiler runs and what people read. Small on purpose:
/// it knows comments, strings and braces, which is all that the checks need.
struct SourceText {
    /// From the repository's root, such as `Sources/Core/JSON/JSON.swift`.
    let path: String
    /// As written.
    let lines: [String]
    /// The same lines with comments and the insides of strings blanked; interpolated code stays.
    let code: [String]

    init(path: String, text: String) {
        self.path = path
        var bytes = [UInt8](text.utf8)
        lines = Self.split(bytes)
        Blanker.blank(&bytes)
        code = Self.split(bytes)
    }

    /// `Core` for a file under `Sources/Core`; nil outside `Sources`.
    var target: String? {
        let parts = path.split(separator: "/")
        return parts.count > 2 && parts[0] == "Sources" ? String(parts[1]) : nil
    }

    private static func split(_ bytes: [UInt8]) -> [String] {
        var lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        if lines.last?.isEmpty == true { lines.removeLast() }
        return lines.map { String(decoding: $0, as: UTF8.self) }
    }
}

/// Overwrites comments and string contents with spaces, keeping every line where it is.
private struct Blanker {
    private enum Mode {
        /// Code; inside an interpolation, with the parentheses still open.
        case code(open: Int?)
        case string(pounds: Int, isMultiline: Bool)
    }

    private var bytes: [UInt8]
    private var at = 0
    private var modes: [Mode] = [.code(open: nil)]

    static func blank(_ bytes: inout [UInt8]) {
        var blanker = Blanker(bytes: bytes)
        bytes = []
        while blanker.at < blanker.bytes.count {
            switch blanker.modes[blanker.modes.count - 1] {
            case .code(let open): blanker.code(open)
            case .string(let pounds, let isMultiline): blanker.string(pounds, isMultiline)
            }
        }
        bytes = blanker.bytes
    }

    private init(bytes: [UInt8]) { self.bytes = bytes }

    private func starts(_ text: StaticString, at offset: Int = 0) -> Bool {
        guard at + offset + text.utf8CodeUnitCount <= bytes.count else { return false }
        for index in 0..<text.utf8CodeUnitCount
        where bytes[at + offset + index] != text.utf8Start[index] { return false }
        return true
    }

    private func pounds(at offset: Int) -> Int {
        var count = 0
        while at + offset + count < bytes.count, bytes[at + offset + count] == UInt8(ascii: "#") {
            count += 1
        }
        return count
    }

    private mutating func erase(_ count: Int) {
        for index in at..<min(at + count, bytes.count) where bytes[index] != UInt8(ascii: "\n") {
            bytes[index] = UInt8(ascii: " ")
        }
        at += count
    }

    private mutating func code(_ open: Int?) {
        switch bytes[at] {
        case UInt8(ascii: "/") where starts("//"):
            while at < bytes.count, bytes[at] != UInt8(ascii: "\n") { erase(1) }
        case UInt8(ascii: "/") where starts("/*"):
            blockComment()
        case UInt8(ascii: "#"), UInt8(ascii: "\""):
            let pounds = pounds(at: 0)
            guard starts("\"", at: pounds) else {
                at += max(pounds, 1)
                return
            }
            let isMultiline = starts("\"\"\"", at: pounds)
            modes.append(.string(pounds: pounds, isMultiline: isMultiline))
            at += pounds + (isMultiline ? 3 : 1)
        case UInt8(ascii: "("):
            if let open { modes[modes.count - 1] = .code(open: open + 1) }
            at += 1
        case UInt8(ascii: ")"):
            if let open {
                if open == 1 {
                    modes.removeLast()
                } else {
                    modes[modes.count - 1] = .code(open: open - 1)
                }
            }
            at += 1
        default:
            at += 1
        }
    }

    private mutating func blockComment() {
        var depth = 0
        repeat {
            if starts("/*") {
                depth += 1
                erase(2)
            } else if starts("*/") {
                depth -= 1
                erase(2)
            } else {
                erase(1)
            }
        } while depth > 0 && at < bytes.count
    }

    private mutating func string(_ pounds: Int, _ isMultiline: Bool) {
        if bytes[at] == UInt8(ascii: "\\"), self.pounds(at: 1) >= pounds {
            if starts("(", at: 1 + pounds) {
                erase(1 + pounds)
                at += 1
                modes.append(.code(open: 1))
            } else {
                erase(2 + pounds)
            }
            return
        }
        let quotes = isMultiline ? 3 : 1
        let closes = isMultiline ? starts("\"\"\"") : starts("\"")
        if closes, self.pounds(at: quotes) >= pounds {
            at += quotes + pounds
            modes.removeLast()
        } else if !isMultiline, bytes[at] == UInt8(ascii: "\n") {
            // A stray quote: the compiler will say so; do not swallow the rest of the file.
            modes.removeLast()
        } else {
            erase(1)
        }
    }
}
