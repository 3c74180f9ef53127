import Core
import Glibc
import Testing

/// A small seeded generator (SplitMix64), so that a failing case can be run again.
struct Seeded: RandomNumberGenerator {
    private var state: UInt64

    init(_ seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var word = state
        word = (word ^ word >> 30) &* 0xBF58_476D_1CE4_E5B9
        word = (word ^ word >> 27) &* 0x94D0_49BB_1331_11EB
        return word ^ word >> 31
    }
}

func utf8(_ text: String) -> [UInt8] { [UInt8](text.utf8) }

func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

/// Case files: one case a line, `#` starts a comment line.
enum CaseFile {
    static func lines(_ name: String) throws -> [String] {
        let folder = #filePath.split(separator: "/").dropLast().joined(separator: "/")
        let bytes = try #require(read("/" + folder + "/Cases/" + name), "no case file \(name)")
        return text(bytes).split(separator: "\n").map(String.init).filter { !$0.hasPrefix("#") }
    }

    private static func read(_ path: String) -> [UInt8]? {
        guard let file = fopen(path, "r") else { return nil }
        defer { fclose(file) }
        var all: [UInt8] = []
        var block = [UInt8](repeating: 0, count: 65_536)
        while case let count = fread(&block, 1, block.count, file), count > 0 {
            all += block[..<count]
        }
        return all
    }

    /// `%HH` is one byte, `%{N:text}` N times the text, everything else itself.
    static func bytes(_ written: some StringProtocol) -> [UInt8] {
        var out: [UInt8] = []
        var rest = [UInt8](written.utf8)[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                out.append(byte)
                continue
            }
            if rest.first == UInt8(ascii: "{"), let end = rest.firstIndex(of: UInt8(ascii: "}")) {
                let inside = rest[(rest.startIndex + 1)..<end].split(
                    separator: UInt8(ascii: ":"), maxSplits: 1)
                let count = Int(String(decoding: inside[0], as: UTF8.self)) ?? 0
                for _ in 0..<count { out += inside[1] }
                rest = rest[(end + 1)...]
            } else {
                out += Hex.decode(rest.prefix(2)) ?? []
                rest = rest.dropFirst(2)
            }
        }
        return out
    }
}
