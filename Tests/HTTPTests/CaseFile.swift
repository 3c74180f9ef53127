// Reads the conformance cases: data beside the tests, so that adding one needs no Swift.
import Glibc

/// One case of a file under `Cases/`.
struct Case: CustomStringConvertible, Sendable {
    let name: String
    let verdict: String
    let bytes: [UInt8]

    var description: String { name }

    /// Every case of a file. Blocks are separated by empty lines; `#` begins a comment line.
    static func load(_ file: String) -> [Case] {
        var cases: [Case] = []
        var block: [String] = []
        for line in lines(of: file) + [""] {
            if line.hasPrefix("#") { continue }
            if !line.isEmpty {
                block.append(line)
                continue
            }
            if let made = make(block) { cases.append(made) }
            block = []
        }
        return cases
    }

    private static func make(_ block: [String]) -> Case? {
        guard block.count >= 2 else { return nil }
        precondition(block[1].hasPrefix("=>"), "a case has its verdict: \(block[0])")
        let verdict = String(block[1].dropFirst(2)).trimmed
        return Case(
            name: block[0], verdict: String(decoding: expand(verdict), as: UTF8.self),
            bytes: unescape(expand(block[2...].joined())))
    }

    /// The lines of a file under `Cases/`.
    static func lines(of file: String) -> [String] {
        let here = #filePath
        let folder = here[..<(here.lastIndex(of: "/") ?? here.startIndex)]
        guard let stream = fopen("\(folder)/Cases/\(file)", "r") else {
            preconditionFailure("no such file of cases: \(file)")
        }
        defer { fclose(stream) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65536)
        while case let count = fread(&chunk, 1, chunk.count, stream), count > 0 {
            bytes += chunk[..<count]
        }
        return bytes.split(separator: 0x0A, omittingEmptySubsequences: false).map {
            String(decoding: $0, as: UTF8.self)
        }
    }

    /// Resolves `\{x*N}`, innermost first.
    static func expand(_ text: String) -> [UInt8] {
        var bytes = Array(text.utf8)
        let open = Array(#"\{"#.utf8)
        while let end = bytes.firstIndex(of: UInt8(ascii: "}")) {
            var start = end - 1
            while start > 0, !(bytes[start - 1] == open[0] && bytes[start] == open[1]) {
                start -= 1
            }
            guard start > 0, let star = bytes[start..<end].lastIndex(of: UInt8(ascii: "*")),
                let count = Int(String(decoding: bytes[(star + 1)..<end], as: UTF8.self))
            else { break }
            let piece = bytes[(start + 1)..<star]
            let repeated = (0..<count).flatMap { _ in piece }
            bytes.replaceSubrange((start - 1)...end, with: repeated)
        }
        return bytes
    }

    static func unescape(_ text: [UInt8]) -> [UInt8] {
        var out: [UInt8] = []
        var index = 0
        while index < text.count {
            guard text[index] == UInt8(ascii: "\\") else {
                out.append(text[index])
                index += 1
                continue
            }
            switch text[index + 1] {
            case UInt8(ascii: "r"): out.append(0x0D)
            case UInt8(ascii: "n"): out.append(0x0A)
            case UInt8(ascii: "t"): out.append(0x09)
            case UInt8(ascii: "0"): out.append(0)
            case UInt8(ascii: "x"):
                let digits = String(decoding: text[(index + 2)...(index + 3)], as: UTF8.self)
                out.append(UInt8(digits, radix: 16) ?? 0)
                index += 2
            default: out.append(text[index + 1])
            }
            index += 2
        }
        return out
    }

    /// The form of bytes in a verdict.
    static func escape(_ bytes: [UInt8]) -> String {
        bytes.map { byte in
            switch byte {
            case 0x0D: #"\r"#
            case 0x0A: #"\n"#
            default: String(decoding: [byte], as: UTF8.self)
            }
        }.joined()
    }
}

extension String {
    var trimmed: String {
        var view = Substring(self)
        while view.first == " " { view = view.dropFirst() }
        while view.last == " " { view = view.dropLast() }
        return String(view)
    }
}

extension String {
    /// Where the first occurrence begins, in bytes.
    func range(of other: String) -> Int? {
        let all = Array(utf8)
        let wanted = Array(other.utf8)
        guard wanted.count <= all.count else { return nil }
        return (0...(all.count - wanted.count)).first { start in
            all[start..<(start + wanted.count)].elementsEqual(wanted)
        }
    }
}
