internal import CSodium

/// libsodium must be initialised once before first use. A lazily made constant is both thread-safe
/// and free afterwards.
enum Sodium {
    static let ready: Bool = {
        guard sodium_init() >= 0 else {
            // INVARIANT: only fails without a source of randomness; nothing may run then.
            fatalError("libsodium cannot initialise: the system offers no randomness")
        }
        return true
    }()

    /// Call before any libsodium function.
    @inline(__always)
    static func start() { _ = ready }
}
