import Core
import Testing

struct TextTests {
    /// RFC 4648 §10.
    @Test(arguments: [
        ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="),
        ("fooba", "Zm9vYmE="), ("foobar", "Zm9vYmFy"),
    ])
    func base64Vectors(_ plain: String, _ encoded: String) {
        #expect(Base64.encode(plain.utf8) == encoded)
        #expect(Base64.decode(encoded.utf8) == utf8(plain))
        let url = encoded.filter { $0 != "=" }
        #expect(Base64.encodeURL(plain.utf8) == url)
        #expect(Base64.decodeURL(url.utf8) == utf8(plain))
    }

    @Test(arguments: [
        "Zg", "Zg=", "Zg===", "Zh==", "Zm9=", "Z===", "====", "Zg==Zg==", "Zm9v\n", " Zm9v", "Zm_v",
        "Z=g=", "=", "Zm9vZ",
    ])
    func base64Refuses(_ written: String) {
        #expect(Base64.decode(written.utf8) == nil)
    }

    @Test(arguments: ["Zg==", "Zh", "Z", "Zm9+", "Zm9/", "Zm9vZ"])
    func base64URLRefuses(_ written: String) {
        #expect(Base64.decodeURL(written.utf8) == nil)
    }

    @Test func allBytesThereAndBack() {
        let bytes = (0...255).map { UInt8($0) }
        #expect(Base64.decode(Base64.encode(bytes).utf8) == bytes)
        #expect(Base64.decodeURL(Base64.encodeURL(bytes).utf8) == bytes)
        #expect(Hex.decode(Hex.encode(bytes).utf8) == bytes)
        #expect(Base64.encodeURL([0xFB, 0xFF]) == "-_8")
    }

    @Test func hexIsStrict() {
        #expect(Hex.encode([0, 255, 0x1A]) == "00ff1a")
        #expect(Hex.decode("00Ff1a".utf8) == [0, 255, 0x1A])
        for bad in ["0", "0g", "0x00", " 00", "００"] { #expect(Hex.decode(bad.utf8) == nil) }
    }

    @Test func equalityInConstantTime() {
        #expect(constantTimeEqual([], []))
        #expect(constantTimeEqual([1, 2, 3], [1, 2, 3]))
        #expect(!constantTimeEqual([1, 2, 3], [1, 2, 4]))
        #expect(!constantTimeEqual([1, 2, 3], [0, 2, 3]))
        #expect(!constantTimeEqual([1, 2], [1, 2, 3]))
    }
}
