internal import CSodium

/// Bytes that must not be seen: locked, wiped when released, neither `Codable` nor printable. The
/// only way to the bytes is `withBytes`, so every use can be found by its name.
// SAFETY: the block is written before `init` returns and never again until `deinit`.
public final class Secret: @unchecked Sendable, CustomStringConvertible,
    CustomDebugStringConvertible, CustomReflectable
{
    private let base: UnsafeMutableRawPointer
    /// How many bytes it holds.
    public let count: Int

    /// Makes a secret in place; `fill` sees zeroed memory of exactly `count` bytes.
    public init<E: Error>(
        count: Int, fill: (UnsafeMutableRawBufferPointer) throws(E) -> Void
    ) throws(E) {
        base = SecretMemory.shared.allocate(count)
        self.count = count
        // A throw runs `deinit`, as every stored property is set: nothing leaks.
        try fill(UnsafeMutableRawBufferPointer(start: base, count: count))
    }

    /// Copies; the caller's copy is the caller's to wipe (`init(wiping:)` does both).
    public convenience init(copying bytes: [UInt8]) {
        self.init(count: bytes.count) { $0.copyBytes(from: bytes) }
    }

    /// Copies part of a buffer.
    public convenience init(copying bytes: UnsafeRawBufferPointer) {
        self.init(count: bytes.count) { $0.copyMemory(from: bytes) }
    }

    /// Moves the bytes here and overwrites the array with zeros.
    public convenience init(wiping bytes: inout [UInt8]) {
        self.init(copying: bytes)
        Secret.wipe(&bytes)
    }

    deinit { SecretMemory.shared.release(base, count: count) }

    /// The bytes, for the length of `body`. Do not let the pointer out.
    @inline(__always)
    public func withBytes<R, E: Error>(
        _ body: (UnsafeRawBufferPointer) throws(E) -> R
    ) throws(E) -> R {
        try body(UnsafeRawBufferPointer(start: base, count: count))
    }

    /// Equal bytes, in a time that depends on the lengths only.
    public func equals(_ other: Secret) -> Bool {
        count == other.count && sodium_memcmp(base, other.base, count) == 0
    }

    /// Overwrites an array with zeros (in place when this is its only owner).
    public static func wipe(_ bytes: inout [UInt8]) {
        bytes.withUnsafeMutableBytes { buffer in
            if let base = buffer.baseAddress { sodium_memzero(base, buffer.count) }
        }
    }

    public var description: String { "Secret(redacted)" }
    public var debugDescription: String { "Secret(redacted)" }
    public var customMirror: Mirror { Mirror(self, children: []) }
}
