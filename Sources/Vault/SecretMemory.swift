internal import CSodium
internal import Core

/// Memory for secrets: kept out of swap and core dumps, fenced by guard pages, wiped when freed.
///
/// `sodium_malloc` costs several pages and mappings a piece and the kernel bounds both locked
/// bytes and mappings, so small secrets share slabs. Where the system refuses to lock more memory
/// libsodium carries on unlocked; wiping and guarding stay.
enum SecretMemory {
    private static let slabBytes = 64 * 1024
    private static let classes = [64, 256, 1024, 4096]

    private struct State {
        /// Free blocks of each size class.
        var free: [[UnsafeMutableRawPointer]] = [[], [], [], []]
    }

    // SAFETY: the pointers inside are handed to one owner at a time, under the lock.
    private final class Slabs: @unchecked Sendable {
        let state = Locked(State())
    }

    private static let slabs = Slabs()

    private static func sizeClass(of count: Int) -> Int? {
        classes.firstIndex { count <= $0 }
    }

    /// A zeroed block of at least `count` bytes, owned by the caller until `free`.
    static func allocate(_ count: Int) -> UnsafeMutableRawPointer {
        Sodium.start()
        guard let index = sizeClass(of: count) else { return fresh(count) }
        return slabs.state.withLock { state in
            if let block = state.free[index].popLast() { return block }
            let slab = fresh(slabBytes)
            let size = classes[index]
            for offset in stride(from: size, to: slabBytes, by: size) {
                state.free[index].append(slab + offset)
            }
            return slab
        }
    }

    /// Wipes the block and takes it back.
    static func free(_ block: UnsafeMutableRawPointer, count: Int) {
        guard let index = sizeClass(of: count) else { return sodium_free(block) }
        sodium_memzero(block, classes[index])
        slabs.state.withLock { $0.free[index].append(block) }
    }

    private static func fresh(_ count: Int) -> UnsafeMutableRawPointer {
        guard let block = sodium_malloc(count) else {
            // INVARIANT: as with every allocation in Swift, no memory means no process.
            fatalError("out of memory for secrets")
        }
        sodium_memzero(block, count)
        return block
    }
}
