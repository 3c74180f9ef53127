/// Duplicate keys, compared as decoded bytes. Each key slot carries a 28-bit fingerprint; full
/// comparisons follow only where fingerprints agree. Fingerprints are not secret, so an attacker
/// can make them collide: many keys are therefore sorted, never compared pair by pair.
extension JSONParser {
    private static let pairwiseMax = 16

    @inline(__always)
    static func fingerprint(
        _ start: UnsafePointer<UInt8>, _ size: Int, escaped: Bool
    ) -> UInt32 {
        let written = UnsafeBufferPointer(start: start, count: size)
        return escaped ? decodedFingerprint(written) : fingerprint(written)
    }

    @inline(never)
    private static func decodedFingerprint(_ written: UnsafeBufferPointer<UInt8>) -> UInt32 {
        JSONText.unescaped(written).withUnsafeBufferPointer { fingerprint($0) }
    }

    /// Of the length and the first and last eight bytes.
    @inline(__always)
    private static func fingerprint(_ key: UnsafeBufferPointer<UInt8>) -> UInt32 {
        let count = key.count
        guard count > 0, let base = UnsafeRawPointer(key.baseAddress) else { return 0 }
        let head: UInt64
        let tail: UInt64
        if count >= 8 {
            head = base.loadUnaligned(as: UInt64.self)
            tail = base.loadUnaligned(fromByteOffset: count - 8, as: UInt64.self)
        } else if count >= 4 {
            head = UInt64(base.loadUnaligned(as: UInt32.self))
            tail = UInt64(base.loadUnaligned(fromByteOffset: count - 4, as: UInt32.self))
        } else {
            head = UInt64(key[0]) | UInt64(key[count / 2]) << 8
            tail = UInt64(key[count - 1])
        }
        let mixed = (head &* 0x9E37_79B9_7F4A_7C15) ^ (tail &* 0xC2B2_AE3D_27D4_EB4F)
        let spread = (mixed &+ UInt64(count)) &* 0x9E37_79B9_7F4A_7C15
        return UInt32(truncatingIfNeeded: spread >> 36)
    }

    /// `object` is closed and has at least two members.
    mutating func refuseDuplicateKeys(_ object: Int) throws(JSONError) {
        var seen: UInt64 = 0
        var mayClash = false
        forEachKey(of: object) { key in
            let bit: UInt64 = 1 << UInt64(slots[key].upper & 63)
            mayClash = mayClash || seen & bit != 0
            seen |= bit
        }
        guard mayClash else { return }
        let second =
            slots[object].size <= Self.pairwiseMax ? firstPair(object) : firstAmongSorted(object)
        if let second { throw JSONError(.duplicateKey, at: Int(slots[second].start)) }
    }

    @inline(never)
    private mutating func firstPair(_ object: Int) -> Int? {
        var found: Int?
        forEachKey(of: object) { later in
            guard found == nil else { return }
            forEachKey(of: object) { earlier in
                guard earlier < later, slots[earlier].upper == slots[later].upper else { return }
                if order(earlier, later) == 0 { found = later }
            }
        }
        return found
    }

    @inline(never)
    private mutating func firstAmongSorted(_ object: Int) -> Int? {
        var keys: [UInt64] = []
        keys.reserveCapacity(Int(slots[object].size))
        forEachKey(of: object) { keys.append(UInt64(slots[$0].upper) << 32 | UInt64($0)) }
        keys.sort()
        var found: Int?
        var from = 0
        while from < keys.count {
            var to = from + 1
            while to < keys.count, keys[to] >> 32 == keys[from] >> 32 { to += 1 }
            if to - from > 1 {
                let run = keys[from..<to].map { Int($0 & 0xFFFF_FFFF) }.sorted {
                    let sign = order($0, $1)
                    return sign == 0 ? $0 < $1 : sign < 0
                }
                for index in 1..<run.count where order(run[index - 1], run[index]) == 0 {
                    found = min(found ?? run[index], run[index])
                }
            }
            from = to
        }
        return found
    }

    @inline(__always)
    private func forEachKey(of object: Int, _ body: (Int) -> Void) {
        var key = object + 1
        for _ in 0..<slots[object].size {
            body(key)
            let value = slots[key + 1]
            let isContainer = value.link & 7 >= UInt32(JSON.Kind.array.rawValue)
            key = isContainer ? Int(value.upper) : key + 2
        }
    }

    /// Of two keys by their decoded bytes: negative, zero or positive.
    private func order(_ left: Int, _ right: Int) -> Int {
        withDecoded(slots[left]) { left in
            withDecoded(slots[right]) { right in
                for index in 0..<min(left.count, right.count) where left[index] != right[index] {
                    return Int(left[index]) - Int(right[index])
                }
                return left.count - right.count
            }
        }
    }

    private func withDecoded<R>(
        _ slot: JSONTape.Slot, _ body: (UnsafeBufferPointer<UInt8>) -> R
    ) -> R {
        let written = UnsafeBufferPointer(start: base + Int(slot.start), count: Int(slot.size))
        guard slot.hasEscapes else { return body(written) }
        return JSONText.unescaped(written).withUnsafeBufferPointer(body)
    }
}
