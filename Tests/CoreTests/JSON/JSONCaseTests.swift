import Core
import Testing

/// The reader against every case file.
struct JSONCaseTests {
    private func split(_ line: String) throws -> (words: [Substring], bytes: [UInt8]) {
        let bar = try #require(line.firstIndex(of: "|"))
        let words = line[..<bar].split(separator: " ")
        return (words, CaseFile.bytes(line[line.index(after: bar)...]))
    }

    @Test(arguments: ["json/accept.txt", "json/implementation.txt"])
    func accepts(_ file: String) throws {
        for line in try CaseFile.lines(file) {
            let (words, bytes) = try split(line)
            do throws(JSONError) {
                let json = try JSON.parse(bytes)
                let again = try JSON.parse(json.serialized)
                #expect(again.serialized == json.serialized, "\(words[0])")
                #expect(again.typedCanonical == json.typedCanonical, "\(words[0])")
            } catch {
                Issue.record("\(words[0]): \(error.message)")
            }
        }
    }

    @Test func refuses() throws {
        for line in try CaseFile.lines("json/reject.txt") {
            let (words, bytes) = try split(line)
            do throws(JSONError) {
                _ = try JSON.parse(bytes)
                Issue.record("\(words[0]) was accepted")
            } catch {
                let found = "\(error.reason.rawValue)@\(error.offset)"
                #expect(words[1] == found, "\(words[0])")
                #expect(error.message.hasPrefix("JSON, byte \(error.offset): "))
            }
        }
    }

    @Test func everyReasonHasACase() throws {
        let lines = try CaseFile.lines("json/reject.txt")
        let named = Set(try lines.map { try split($0).words[1].split(separator: "@")[0] })
        for reason in JSONError.Reason.allCases where reason != .tooLarge {
            #expect(named.contains(reason.rawValue[...]), "\(reason)")
        }
    }
}
