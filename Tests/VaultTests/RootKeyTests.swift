import Core
import Glibc
import Testing

@testable import Vault

@Suite struct RootKeyTests {
    static let bytes = [UInt8](0..<32)
    static let hex = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
    static let base64 = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="

    /// A file of its own with these bytes and mode, removed afterwards.
    func withFile<R>(
        _ content: [UInt8], mode: mode_t = 0o600, _ body: (String) throws -> R
    ) rethrows -> R {
        var template = Array("/tmp/bailiwick-key-XXXXXX".utf8CString)
        let descriptor = mkstemp(&template)
        let path = String(
            decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        defer { unlink(path) }
        _ = content.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
        fchmod(descriptor, mode)
        close(descriptor)
        return try body(path)
    }

    @Test(arguments: [
        Self.bytes, Array(Self.hex.utf8), Array((Self.hex.uppercased() + "\n").utf8),
        Array(Self.base64.utf8), Array((Self.base64 + "\r\n").utf8),
        Array(Self.base64.dropLast().utf8),
    ])
    func readsEachForm(_ content: [UInt8]) throws {
        let expected = try RootKey(Secret(copying: Self.bytes)).id
        #expect(try withFile(content) { try RootKey.load(path: $0).id } == expected)
    }

    @Test(arguments: [
        [], Array("short".utf8), [UInt8](repeating: 1, count: 31),
        [UInt8](repeating: 1, count: 33), Array(("zz" + Self.hex.dropFirst(2)).utf8),
        Array(("!" + Self.base64.dropFirst()).utf8), [UInt8](repeating: 0x61, count: 5_000),
    ])
    func refusesWhatIsNoKey(_ content: [UInt8]) {
        let failure = withFile(content) { path in
            #expect(throws: Failure.self) { try RootKey.load(path: path) }
        }
        #expect(failure?.message.contains("32-byte key") == true)
    }

    @Test(arguments: [0o604, 0o640, 0o660, 0o644, 0o601])
    func refusesAFileOthersCanRead(_ mode: Int) {
        let failure = withFile(Self.bytes, mode: mode_t(mode)) { path in
            #expect(throws: Failure.self) { try RootKey.load(path: path) }
        }
        #expect(failure?.message.contains("chmod 600") == true)
    }

    @Test func saysWhatToDoWithoutAFile() {
        let missing = #expect(throws: Failure.self) {
            try RootKey.load(path: "/nonexistent/key")
        }
        #expect(missing?.message.contains("openssl rand") == true)
        let folder = #expect(throws: Failure.self) { try RootKey.load(path: "/tmp") }
        #expect(folder?.message.contains("not a regular file") == true)
    }

    @Test func knowsAWrongKey() throws {
        let right = try RootKey(Secret(copying: Self.bytes))
        let wrong = try RootKey(Secret(copying: Self.bytes.reversed()))
        try right.verify(storedID: right.id.text)
        let failure = #expect(throws: Failure.self) {
            try wrong.verify(storedID: right.id.text)
        }
        #expect(failure?.message.contains("wrong master key") == true)
        #expect(failure?.message.contains("\n") == false)
        #expect(throws: Failure.self) { try right.verify(storedID: "") }
    }
}
