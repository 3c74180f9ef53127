internal import CSodium
public import Core

extension Entropy {
    /// The system's randomness through libsodium.
    public static let live = Entropy { buffer in
        Sodium.start()
        guard let base = buffer.baseAddress else { return }
        randombytes_buf(base, buffer.count)
    }
}
