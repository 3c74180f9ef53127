internal import CSodium

/// BLAKE2b (RFC 7693): what only Bailiwick recomputes.
enum BLAKE2b {
    /// Fills `target` (16–64 bytes) with the hash of the label, then `first`, then `second`.
    @inline(__always)
    static func hash(
        into target: UnsafeMutableRawBufferPointer, key: UnsafePointer<UInt8>?,
        label: StaticString, _ first: UnsafeRawBufferPointer = .init(start: nil, count: 0),
        _ second: UnsafeRawBufferPointer = .init(start: nil, count: 0)
    ) {
        Sodium.start()
        bw_blake2b(
            target.baseAddress!.assumingMemoryBound(to: UInt8.self), target.count, key,
            label.utf8Start, label.utf8CodeUnitCount, first.baseAddress, first.count,
            second.baseAddress, second.count)
    }
}
