import Core
import Testing

@testable import Vault

@Suite struct TokenTests {
    /// Counts up: the same tokens in every run.
    func counting() -> Entropy {
        let next = Locked<UInt8>(0)
        return Entropy { buffer in
            next.withLock { value in
                for index in buffer.indices {
                    buffer[index] = value
                    value &+= 1
                }
            }
        }
    }

    func text(_ minted: Token.Minted) -> [UInt8] { minted.text.withBytes { Array($0) } }

    @Test func goldenToken() {
        let minted = Token.mint(.grant, entropy: counting())
        let text = String(decoding: text(minted), as: UTF8.self)
        // The check is CRC-32 of the first 47 characters, computed with zlib.
        #expect(text == "bwg_0123456789AB_CDEFGHIJKLMNOPQRSTUVWXYZabcdef0a63Nc")
        #expect(minted.token.id == "0123456789AB")
    }

    @Test func readsWhatItMints() {
        for kind in Token.Kind.allCases {
            for _ in 0..<200 {
                let minted = Token.mint(kind, entropy: .live)
                let text = text(minted)
                #expect(text.count == Token.byteCount)
                #expect(Token.parse(text) == minted.token)
            }
        }
    }

    @Test func everyOtherByteIsRefused() {
        let good = text(Token.mint(.api, entropy: counting()))
        for index in good.indices {
            for value in UInt8.min...UInt8.max where value != good[index] {
                var bad = good
                bad[index] = value
                #expect(Token.parse(bad) == nil)
            }
        }
    }

    @Test func otherLengthsAreRefused() {
        let good = text(Token.mint(.session, entropy: counting()))
        for count in 0..<good.count { #expect(Token.parse(Array(good[..<count])) == nil) }
        #expect(Token.parse(good + [0x30]) == nil)
        #expect(Token.parse([0x20] + good) == nil)
        #expect(Token.parse([UInt8](repeating: 0x62, count: 1 << 20)) == nil)
    }

    @Test func hashIsBoundToKindAndID() {
        let grant = Token.mint(.grant, entropy: counting()).token
        let api = Token.mint(.api, entropy: counting()).token
        #expect(grant.id == api.id)
        #expect(grant.hash != api.hash)
    }

    @Test func showsNoSecret() {
        let minted = Token.mint(.grant, entropy: counting())
        #expect("\(minted.token)" == "bwg_0123456789AB_(redacted)")
        #expect(!"\(minted)".contains("CDEFGH"))
    }

    @Test func drawsUniformly() {
        var seen: [UInt8: Int] = [:]
        for _ in 0..<500 {
            for character in text(Token.mint(.grant, entropy: .live))[17..<47] {
                seen[character, default: 0] += 1
            }
        }
        // 15,000 draws over 62 characters: 242 each, six standard deviations are 93.
        #expect(seen.count == 62)
        #expect(seen.values.allSatisfy { (149...335).contains($0) })
    }
}
