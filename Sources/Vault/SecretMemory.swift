internal import CSodium
internal import Core

/// Memory for secrets: kept out of swap and core dumps, fenced by guard pages, wiped when freed.
///
/// `sodium_malloc` costs several pages and mappings a piece and the kernel bounds both locked
/// bytes and mappings, so small secrets share slabs. Where the system refuses to lock more memory
/// libsodium carries on unlocked; wiping and guarding stay.
// SAFETY: blocks are handed to one owner at a time, under the lock.
final class SecretMemory: @unchecked Sendable {
    static let shared = SecretMemory()

    private static let slabBytes = 64 * 1024
    private static let classes = [64, 256, 1024, 4096]

    /// Free blocks of each size class.
    private let free = Locked<[[UnsafeMutableRawPointer]]>([[], [], [], []])

    private func sizeClass(of count: Int) -> Int? {
        SecretMemory.classes.firstIndex { count <= $0 }
    }

    /// A zeroed block of at least `count` bytes, owned by the caller until `release`.
    func allocate(_ count: Int) -> UnsafeMutableRawPointer {
        Sodium.start()
        guard let index = sizeClass(of: count) else { return fresh(count) }
        return free.withLock { free in
            if let block = free[index].popLast() { return block }
            let slab = fresh(SecretMemory.slabBytes)
            let size = SecretMemory.classes[index]
            for offset in stride(from: size, to: SecretMemory.slabBytes, by: size) {
                free[index].append(slab + offset)
            }
            return slab
        }
    }

    /// Wipes the block and takes it back.
    func release(_ block: UnsafeMutableRawPointer, count: Int) {
        guard let index = sizeClass(of: count) else { return sodium_free(block) }
        sodium_memzero(block, SecretMemory.classes[index])
        free.withLock { $0[index].append(block) }
    }

    private func fresh(_ count: Int) -> UnsafeMutableRawPointer {
        guard let block = sodium_malloc(count) else {
            // INVARIANT: as with every allocation in Swift, no memory means no process.
            fatalError("out of memory for secrets")
        }
        sodium_memzero(block, count)
        return block
    }
}
