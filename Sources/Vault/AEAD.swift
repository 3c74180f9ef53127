internal import CSodium
public import Core

/// Sealing: XChaCha20-Poly1305 (draft-irtf-cfrg-xchacha) bound to its place and committed to its
/// key.
///
/// Format 1: `0x01 ‖ key id (8) ‖ nonce (24) ‖ commitment (32) ‖ ciphertext ‖ tag (16)`.
/// Poly1305 alone lets one ciphertext open under two keys, so both the message key and the
/// commitment are halves of BLAKE2b-512(key, nonce ‖ associated data): whoever opens a value knows
/// that key, nonce and context are the ones it was sealed with.
public enum AEAD {
    static let format: UInt8 = 1
    private static let nonceBytes = Int(crypto_aead_xchacha20poly1305_ietf_NPUBBYTES)
    private static let tagBytes = Int(crypto_aead_xchacha20poly1305_ietf_ABYTES)
    private static let keyIDEnd = 1 + KeyID.byteCount
    private static let nonceEnd = keyIDEnd + nonceBytes
    private static let commitmentEnd = nonceEnd + 32
    /// How much longer a sealed value is than its plaintext.
    public static let overheadBytes = commitmentEnd + tagBytes

    /// Seals under a fresh random nonce.
    public static func seal(
        _ plaintext: Secret, key: SubKey, context: SealContext, entropy: Entropy
    ) -> [UInt8] {
        plaintext.withBytes { seal($0, key: key, context: context, entropy: entropy) }
    }

    public static func seal(
        _ plaintext: UnsafeRawBufferPointer, key: SubKey, context: SealContext, entropy: Entropy
    ) -> [UInt8] {
        let data = context.associatedData(key: key.id)
        var sealed: [UInt8] = []
        sealed.reserveCapacity(plaintext.count + overheadBytes)
        sealed.append(format)
        sealed.append(bigEndian: key.id.value, bytes: KeyID.byteCount)
        sealed.append(contentsOf: entropy.bytes(nonceBytes))
        let keys = messageKeys(key: key, nonce: sealed[keyIDEnd..<nonceEnd], data: data)
        keys.withBytes { sealed.append(contentsOf: $0[32...]) }
        sealed.append(contentsOf: repeatElement(0, count: plaintext.count + tagBytes))
        sealed.withUnsafeMutableBufferPointer { target in
            let base = target.baseAddress!
            keys.withBytes { bytes in
                _ = crypto_aead_xchacha20poly1305_ietf_encrypt(
                    base + commitmentEnd, nil,
                    plaintext.baseAddress?.assumingMemoryBound(to: UInt8.self),
                    UInt64(plaintext.count), data, UInt64(data.count), nil, base + keyIDEnd,
                    bytes.baseAddress!.assumingMemoryBound(to: UInt8.self))
            }
        }
        return sealed
    }

    /// Opens what `seal` made with the same key and context; anything else is refused.
    public static func open(
        _ sealed: [UInt8], key: SubKey, context: SealContext
    ) throws(Failure) -> Secret {
        guard let named = keyID(of: sealed) else { throw refusal("not a sealed value") }
        guard named == key.id else { throw refusal("sealed under another key") }
        let data = context.associatedData(key: key.id)
        let keys = messageKeys(key: key, nonce: sealed[keyIDEnd..<nonceEnd], data: data)
        let committed = keys.withBytes { bytes in
            sealed.withUnsafeBytes { stored in
                sodium_memcmp(stored.baseAddress! + nonceEnd, bytes.baseAddress! + 32, 32) == 0
            }
        }
        guard committed else { throw refusal("key or place differ from those it was sealed with") }
        return try Secret(count: sealed.count - overheadBytes) { target throws(Failure) in
            let opened = keys.withBytes { bytes in
                sealed.withUnsafeBufferPointer { stored in
                    crypto_aead_xchacha20poly1305_ietf_decrypt(
                        target.baseAddress!.assumingMemoryBound(to: UInt8.self), nil, nil,
                        stored.baseAddress! + commitmentEnd,
                        UInt64(stored.count - commitmentEnd), data, UInt64(data.count),
                        stored.baseAddress! + keyIDEnd,
                        bytes.baseAddress!.assumingMemoryBound(to: UInt8.self))
                }
            }
            guard opened == 0 else { throw refusal("altered") }
        }
    }

    /// The id of the key a value names, or nil when it is no sealed value of a known format.
    public static func keyID(of sealed: [UInt8]) -> KeyID? {
        guard sealed.count >= overheadBytes, sealed[0] == format else { return nil }
        return KeyID(sealed[1..<keyIDEnd].reduce(0) { $0 << 8 | UInt64($1) })
    }

    /// 32 bytes of message key, then 32 bytes of commitment.
    private static func messageKeys(
        key: SubKey, nonce: ArraySlice<UInt8>, data: [UInt8]
    ) -> Secret {
        Secret(count: 64) { target in
            key.withKey { pointer in
                nonce.withUnsafeBytes { nonce in
                    data.withUnsafeBytes {
                        BLAKE2b.hash(into: target, key: pointer, label: "", nonce, $0)
                    }
                }
            }
        }
    }

    private static func refusal(_ why: String) -> Failure {
        Failure(.internal, "A sealed value cannot be opened", detail: "sealed value: \(why)")
    }
}
