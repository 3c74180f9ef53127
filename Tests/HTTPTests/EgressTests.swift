import Core
import HTTP
import Testing

/// What may be dialled: addresses and URLs as tables.
@Suite struct EgressTests {
    @Test func addresses() {
        var count = 0
        for line in Case.lines(of: "addresses.txt") where !line.isEmpty && !line.hasPrefix("#") {
            let words = line.split(separator: " ").map(String.init)
            let address = IPAddress(words[0])
            let verdict = address.map { AddressPolicy.classify($0).rawValue } ?? "none"
            #expect(verdict == words[1], "\(words[0])")
            count += 1
            guard let address else { continue }
            #expect(AddressPolicy.allows(address, allowPrivate: false) == (verdict == "public"))
            #expect(AddressPolicy.allows(address, allowPrivate: true) == (verdict != "forbidden"))
        }
        #expect(count >= 120)
    }

    /// Every IPv4 address carried in IPv6 is judged like itself.
    @Test func mappedAddressesAreJudgedLikeTheirOwn() {
        for first in 0..<256 {
            for second in [0, 1, 16, 31, 51, 63, 64, 88, 100, 127, 168, 254, 255] {
                let bytes = [UInt8(first), UInt8(second), 100, 200]
                let own = AddressPolicy.classify(IPAddress(bytes: bytes))
                let mapped = [UInt8](repeating: 0, count: 10) + [0xFF, 0xFF] + bytes
                let nat64: [UInt8] = [0, 0x64, 0xFF, 0x9B, 0, 0, 0, 0, 0, 0, 0, 0] + bytes
                #expect(AddressPolicy.classify(IPAddress(bytes: mapped)) == own)
                #expect(AddressPolicy.classify(IPAddress(bytes: nat64)) == own)
            }
        }
    }

    @Test func urls() {
        var count = 0
        for line in Case.lines(of: "urls.txt") where !line.isEmpty && !line.hasPrefix("#") {
            let parts = line.split(separator: "\t", maxSplits: 1).map(String.init)
            let bytes = Case.unescape(Case.expand(parts[1]))
            let text = String(decoding: bytes, as: UTF8.self)
            let verdict: String
            do throws(Failure) {
                let url = try UpstreamURL(text)
                let target = String(decoding: url.target, as: UTF8.self)
                verdict = "\(url.scheme.rawValue) \(url.host) \(url.port) \(target)"
            } catch {
                verdict = "refused"
                #expect(error.code == .invalid)
            }
            #expect(verdict == parts[0], "\(parts[1])")
            count += 1
        }
        #expect(count >= 75)
    }

    @Test func authorityNamesThePortOnlyWhenItIsUnusual() throws {
        #expect(try UpstreamURL("https://a.example:443/").authority == "a.example")
        #expect(try UpstreamURL("http://a.example:443/").authority == "a.example:443")
        #expect(try UpstreamURL("https://[::1]:444/").authority == "[::1]:444")
    }
}
