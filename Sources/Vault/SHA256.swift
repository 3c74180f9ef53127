internal import COpenSSL

/// SHA-256 (FIPS 180-4): for what others must recompute (log leaves, definition hashes).
public struct SHA256 {
    private var state = bw_sha256()

    public init() {
        bw_sha256_start(&state)
    }

    public mutating func update(_ bytes: [UInt8]) {
        bytes.withUnsafeBytes { update($0) }
    }

    public mutating func update(_ bytes: UnsafeRawBufferPointer) {
        guard let base = bytes.baseAddress else { return }
        bw_sha256_update(&state, base, bytes.count)
    }

    public mutating func update(_ byte: UInt8) {
        withUnsafeBytes(of: byte) { update($0) }
    }

    public mutating func update(_ digest: Digest) {
        digest.withBytes { update($0) }
    }

    public mutating func finish() -> Digest {
        Digest {
            bw_sha256_finish(&state, $0.baseAddress!.assumingMemoryBound(to: UInt8.self))
        }
    }

    public static func hash(_ bytes: [UInt8]) -> Digest {
        var hash = SHA256()
        hash.update(bytes)
        return hash.finish()
    }
}
