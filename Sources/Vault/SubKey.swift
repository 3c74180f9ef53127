internal import CSodium

/// A 32-byte key for one use, and the id of the key it was derived from. The bytes live in a
/// `Secret` that may hold several of them.
public struct SubKey: Sendable {
    static let byteCount = 32

    /// The id of the tenant's data key (or of the root key): what a sealed value names.
    public let id: KeyID
    private let storage: Secret
    private let offset: Int

    init(id: KeyID, storage: Secret, offset: Int) {
        self.id = id
        self.storage = storage
        self.offset = offset
    }

    @inline(__always)
    func withKey<R>(_ body: (UnsafePointer<UInt8>) -> R) -> R {
        storage.withBytes { bytes in
            body((bytes.baseAddress! + offset).assumingMemoryBound(to: UInt8.self))
        }
    }

    /// Subkeys `1...count` of a 32-byte key by libsodium's `crypto_kdf` (BLAKE2b, RFC 7693, the
    /// context as personalisation, the number as salt), in one secret. `context` is 8 characters.
    static func derive(from key: Secret, context: StaticString, count: Int) -> Secret {
        Sodium.start()
        precondition(key.count == byteCount && context.utf8CodeUnitCount == 8)
        return Secret(count: byteCount * count) { target in
            let base = target.baseAddress!.assumingMemoryBound(to: UInt8.self)
            key.withBytes { source in
                context.utf8Start.withMemoryRebound(to: CChar.self, capacity: 8) { text in
                    for number in 0..<count {
                        crypto_kdf_derive_from_key(
                            base + number * byteCount, byteCount, UInt64(number + 1), text,
                            source.baseAddress!.assumingMemoryBound(to: UInt8.self))
                    }
                }
            }
        }
    }
}
