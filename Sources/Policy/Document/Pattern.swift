import CRE2
import Core

/// An RE2 pattern: matches anywhere in a text unless anchored, in time linear in the text.
// SAFETY: the compiled program is never changed, and RE2 guards its own caches; searching from
// several threads at once is documented as safe.
final class Pattern: @unchecked Sendable {
    struct Refusal: Error {
        let message: String
    }

    /// Instructions of the compiled program.
    let instructions: Int
    private let regex: OpaquePointer

    /// Compiles; refuses what is too long, too large once compiled, or not RE2's syntax.
    init(_ text: [UInt8]) throws(Refusal) {
        guard text.count <= Limits.patternBytesMax else {
            throw Refusal(
                message: "the pattern has \(text.count) bytes; at most "
                    + "\(Limits.patternBytesMax) are read")
        }
        var reason = [CChar](repeating: 0, count: 256)
        let compiled = text.withUnsafeBytes { bytes in
            bw_regex_compile(
                bytes.assumingMemoryBound(to: CChar.self).baseAddress, bytes.count, &reason,
                reason.count)
        }
        guard let compiled else {
            let known = reason.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
            throw Refusal(
                message: "RE2 does not read this pattern: "
                    + String(decoding: known, as: UTF8.self))
        }
        let instructions = Int(bw_regex_program_size(compiled))
        guard instructions <= Limits.patternInstructionsMax else {
            bw_regex_destroy(compiled)
            throw Refusal(
                message: "the pattern compiles to \(instructions) instructions; at most "
                    + "\(Limits.patternInstructionsMax) are run; use smaller repetitions")
        }
        self.regex = compiled
        self.instructions = instructions
    }

    deinit { bw_regex_destroy(regex) }

    func matches(_ text: [UInt8]) -> Bool {
        text.withUnsafeBytes { bytes in
            bw_regex_search(
                regex, bytes.assumingMemoryBound(to: CChar.self).baseAddress, bytes.count)
        }
    }

    /// What searching a text counts against the work bound of a decision.
    func work(on bytes: Int) -> Int {
        bytes * max(1, instructions / 64) + instructions
    }
}
