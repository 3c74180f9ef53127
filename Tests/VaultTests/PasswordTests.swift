import Core
import Testing
import Vault

@Suite struct PasswordTests {
    func secret(_ text: String) -> Secret { Secret(copying: Array(text.utf8)) }

    @Test func verifiesOnlyThePassword() throws {
        let stored = try Password.hash(secret("correct horse"))
        #expect(stored.hasPrefix("$argon2id$v=19$m=65536,t=3,p=1$"))
        #expect(Password.verify(secret("correct horse"), stored: stored))
        #expect(!Password.verify(secret("correct horsf"), stored: stored))
        #expect(!Password.needsRehash(stored: stored))
    }

    @Test(arguments: ["", "x", "$argon2id$", "$argon2id$v=19$m=65536,t=3,p=1$AA$AA", "\u{0}"])
    func refusesDamagedStoredText(_ stored: String) {
        #expect(!Password.verify(secret("a"), stored: stored))
        #expect(Password.needsRehash(stored: stored))
    }

    @Test func refusesEmptyAndEndlessPasswords() {
        #expect(throws: Failure.self) { try Password.hash(secret("")) }
        let long = Secret(copying: [UInt8](repeating: 0x61, count: Password.bytesMax + 1))
        #expect(throws: Failure.self) { try Password.hash(long) }
    }
}
