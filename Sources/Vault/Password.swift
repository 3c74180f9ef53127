internal import CSodium
public import Core

/// People's passwords: argon2id (RFC 9106) with 3 passes over 64 MiB.
///
/// Each call takes 64 MiB and about a tenth of a second of one core. **Never call these on a
/// reactor**: its loop would stand still. Run them on a thread made for it, at most two at once.
public enum Password {
    private static let passes: UInt64 = 3
    private static let memoryBytes = 64 << 20
    /// Longer ones are refused before any work.
    public static let bytesMax = 1_024

    /// The text to store; it names its parameters and salt (`$argon2id$v=19$…`).
    public static func hash(_ password: Secret) throws(Failure) -> String {
        Sodium.start()
        guard password.count > 0, password.count <= bytesMax else {
            throw Failure(.invalid, "A password has 1 to \(bytesMax) bytes")
        }
        var text = [CChar](repeating: 0, count: Int(crypto_pwhash_argon2id_STRBYTES))
        let result = password.withBytes { bytes in
            crypto_pwhash_argon2id_str(
                &text, bytes.baseAddress!.assumingMemoryBound(to: CChar.self),
                UInt64(bytes.count), passes, memoryBytes)
        }
        guard result == 0 else {
            throw Failure(
                .unavailable, "Passwords cannot be checked now; try again",
                detail: "argon2id: no memory", retryAfterSeconds: 1)
        }
        return String(
            decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// Whether this is the password; false for a stored text that is not ours.
    public static func verify(_ password: Secret, stored: String) -> Bool {
        Sodium.start()
        guard password.count > 0, password.count <= bytesMax,
            let text = storedText(stored)
        else { return false }
        return password.withBytes { bytes in
            crypto_pwhash_argon2id_str_verify(
                text, bytes.baseAddress!.assumingMemoryBound(to: CChar.self),
                UInt64(bytes.count)) == 0
        }
    }

    /// Whether a stored text was made with other parameters than today's.
    public static func needsRehash(stored: String) -> Bool {
        Sodium.start()
        guard let text = storedText(stored) else { return true }
        return crypto_pwhash_argon2id_str_needs_rehash(text, passes, memoryBytes) != 0
    }

    private static func storedText(_ stored: String) -> [CChar]? {
        let count = stored.utf8.count
        guard count > 0, count < Int(crypto_pwhash_argon2id_STRBYTES) else { return nil }
        var text = stored.utf8.map { CChar(bitPattern: $0) }
        text.append(
            contentsOf: repeatElement(0, count: Int(crypto_pwhash_argon2id_STRBYTES) - count))
        return text
    }
}
