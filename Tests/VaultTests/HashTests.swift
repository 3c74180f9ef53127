import Core
import Testing

@testable import Vault

@Suite struct HashTests {
    @Test func sha256VectorsOfFIPS180() {
        #expect(
            SHA256.hash(Array("abc".utf8)).hex
                == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
        var hash = SHA256()
        hash.update(Array("abcdbcdecdefdefgefghfghighij".utf8))
        hash.update(Array("hijkijkljklmklmnlmnomnopnopq".utf8))
        #expect(
            hash.finish().hex
                == "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1")
    }

    @Test func digestReadsBackWhatItWrites() {
        let digest = SHA256.hash([1])
        #expect(Digest(digest.bytes) == digest)
        #expect(Digest(hex: digest.hex.utf8) == digest)
        #expect(Digest([1, 2]) == nil)
        #expect(Digest(hex: "zz".utf8) == nil)
        #expect(SHA256.hash([2]) != digest)
    }

    @Test func crc32CheckValue() {
        let value = Array("123456789".utf8).withUnsafeBytes { CRC32.checksum($0) }
        #expect(value == 0xCBF4_3926)
    }

    @Test func macDependsOnKeyDomainAndMessage() throws {
        let tenant = TenantID("t")
        let keys = try TenantKeys([DataKey.generate(tenant: tenant, entropy: .live)])
        let key = keys.key(.mac)
        let mac = MAC([1, 2, 3], key: key, domain: "argument")
        #expect(MAC([1, 2, 3], key: key, domain: "argument") == mac)
        #expect(MAC([1, 2], key: key, domain: "argument") != mac)
        #expect(MAC([1, 2, 3], key: key, domain: "key") != mac)
        #expect(MAC([1, 2, 3], key: keys.key(.payload), domain: "argument") != mac)
        #expect(MAC(mac.bytes) == mac)
        #expect(mac.hex.utf8.count == 32)
    }

    /// BLAKE2b-512("abc"), RFC 7693 appendix A, as the unkeyed check of the shim.
    @Test func blake2bVectorOfRFC7693() {
        var out = [UInt8](repeating: 0, count: 64)
        out.withUnsafeMutableBytes { target in
            Array("c".utf8).withUnsafeBytes {
                BLAKE2b.hash(into: target, key: nil, label: "ab", $0)
            }
        }
        #expect(Hex.encode(out[..<8]) == "ba80a53f981c4d0d")
        #expect(Hex.encode(out[56...]) == "b92386edd4009923")
    }
}
