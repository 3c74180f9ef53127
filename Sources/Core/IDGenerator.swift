/// Makes object ids: UUID version 7 (RFC 9562 §5.7) as lower-case text. Within one generator each
/// id is greater than the one before, even within a millisecond or when the clock steps back.
public struct IDGenerator: Sendable {
    /// The 48 bits of milliseconds and the 74 random ones of the id made last.
    private struct Last {
        var milliseconds: Int64 = 0
        /// Below 2^74.
        var random: UInt128 = 0
    }

    private static let randomEnd: UInt128 = 1 << 74

    private let clock: Clock
    private let entropy: Entropy
    private let last = Locked(Last())

    public init(clock: Clock, entropy: Entropy) {
        self.clock = clock
        self.entropy = entropy
    }

    public func next() -> String {
        let now = max(0, clock.now().microseconds / 1_000)
        var random: UInt128 = 0
        withUnsafeMutableBytes(of: &random) { entropy.fill($0) }
        let fresh = UInt128(bigEndian: random)
        let id = last.withLock { last in
            if now > last.milliseconds {
                // The top bit stays free, so that a busy millisecond has room to count.
                last = Last(milliseconds: now, random: fresh % (Self.randomEnd / 2))
            } else {
                last.random += 1 + fresh % (1 << 32)
                if last.random >= Self.randomEnd {
                    last.milliseconds += 1
                    last.random = fresh % (Self.randomEnd / 2)
                }
            }
            return last
        }
        return Self.text(id)
    }

    private static func text(_ id: Last) -> String {
        let upper =
            UInt64(id.milliseconds & 0xFFFF_FFFF_FFFF) << 16 | 0x7000
            | UInt64(id.random >> 62)
        let lower = UInt64(id.random & 0x3FFF_FFFF_FFFF_FFFF) | 1 << 63
        return String(unsafeUninitializedCapacity: 36) { out in
            var place = 0
            for index in 0..<16 {
                if index == 4 || index == 6 || index == 8 || index == 10 {
                    out[place] = UInt8(ascii: "-")
                    place += 1
                }
                let word = index < 8 ? upper : lower
                let byte = UInt8(truncatingIfNeeded: word >> UInt64(56 - index % 8 * 8))
                out[place] = hexDigit(byte >> 4)
                out[place + 1] = hexDigit(byte & 15)
                place += 2
            }
            return place
        }
    }

    private static func hexDigit(_ value: UInt8) -> UInt8 {
        value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + value - 10
    }

    /// Whether this is a UUID as ids are written here: 36 characters, lower case, of any version.
    public static func isID(_ text: some Collection<UInt8>) -> Bool {
        guard text.count == 36 else { return false }
        for (index, byte) in text.enumerated() {
            let isDash = index == 8 || index == 13 || index == 18 || index == 23
            let isHex = hexDigitValue(byte) != nil && !(0x41...0x46).contains(byte)
            guard isDash ? byte == UInt8(ascii: "-") : isHex else { return false }
        }
        return true
    }
}
