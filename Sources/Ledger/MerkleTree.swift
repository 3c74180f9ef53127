public import Vault

/// The Merkle tree of RFC 6962 section 2.1 (the same as RFC 9162 section 2.1.1), unmodified: leaves
/// and nodes are hashed under different first bytes, so that neither can pass for the other.
public enum MerkleTree {
    /// `SHA-256(0x00 ‖ entry)`.
    public static func leafHash(_ entry: [UInt8]) -> Digest {
        var hash = SHA256()
        hash.update(0)
        hash.update(entry)
        return hash.finish()
    }

    /// The leaf hash of an entry in two parts.
    public static func leafHash(_ head: [UInt8], _ tail: UnsafeRawBufferPointer) -> Digest {
        var hash = SHA256()
        hash.update(0)
        hash.update(head)
        hash.update(tail)
        return hash.finish()
    }

    /// `SHA-256(0x01 ‖ left ‖ right)`.
    public static func nodeHash(_ left: Digest, _ right: Digest) -> Digest {
        var hash = SHA256()
        hash.update(1)
        hash.update(left)
        hash.update(right)
        return hash.finish()
    }

    /// MTH({}) = `SHA-256("")`.
    public static let emptyRoot = SHA256.hash([])

    /// The root over leaf hashes in order.
    public static func root(of leaves: [Digest]) -> Digest {
        var builder = Builder()
        for leaf in leaves { builder.append(leaf) }
        return builder.root
    }

    /// Grows a tree leaf by leaf, keeping only the roots of its perfect subtrees (its *frontier*):
    /// one per set bit of the size, largest first.
    public struct Builder: Sendable {
        public private(set) var size: UInt64 = 0
        public private(set) var frontier: [Digest] = []

        public init() {}

        public mutating func append(_ leaf: Digest) {
            var node = leaf
            // Each trailing one bit of the old size is a perfect subtree as large as `node`.
            var remaining = size
            while remaining & 1 == 1 {
                node = nodeHash(frontier.removeLast(), node)
                remaining >>= 1
            }
            frontier.append(node)
            size += 1
        }

        /// MTH splits at the largest power of two below the size, so the smaller subtrees on the
        /// right are joined first.
        public var root: Digest {
            guard var node = frontier.last else { return emptyRoot }
            for left in frontier.dropLast().reversed() { node = nodeHash(left, node) }
            return node
        }
    }
}
