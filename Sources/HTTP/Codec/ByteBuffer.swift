internal import Core

/// A reusable run of bytes between a socket and the codec: written at the end, consumed at the
/// start. Confined to one reactor; pooled, so that idle connections hold none.
final class ByteBuffer {
    /// Enough for one read of nearly every message; heads may grow it to their limit.
    static let standardCapacity = 16 * 1024

    private var storage: UnsafeMutableRawBufferPointer
    private var start = 0
    private var end = 0

    init(capacity: Int = standardCapacity) {
        self.storage = .allocate(byteCount: capacity, alignment: 16)
    }

    deinit { storage.deallocate() }

    var count: Int { end - start }
    var isEmpty: Bool { start == end }
    var capacity: Int { storage.count }

    /// The bytes not yet consumed; valid until the next change.
    var readable: UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(storage)[start..<end])
    }

    /// The same as typed bytes, for the codec.
    var bytes: UnsafeBufferPointer<UInt8> { readable.assumingMemoryBound(to: UInt8.self) }

    /// Room behind the bytes; valid until the next change.
    var writable: UnsafeMutableRawBufferPointer {
        UnsafeMutableRawBufferPointer(rebasing: storage[end...])
    }

    func consume(_ count: Int) {
        precondition(count <= self.count, "consumed more than there is")
        start += count
        if start == end { (start, end) = (0, 0) }
    }

    func produced(_ count: Int) {
        precondition(count <= storage.count - end, "produced more than fits")
        end += count
    }

    func removeAll() { (start, end) = (0, 0) }

    /// Makes room for `count` more bytes: moves what is there to the front, then grows.
    func reserve(_ count: Int) {
        if storage.count - end >= count { return }
        let held = self.count
        if storage.count - held >= count {
            storage.baseAddress?.copyMemory(
                from: UnsafeRawPointer(readable.baseAddress.unsafelyUnwrapped), byteCount: held)
        } else {
            let larger = UnsafeMutableRawBufferPointer.allocate(
                byteCount: max(storage.count * 2, held + count), alignment: 16)
            larger.copyMemory(from: readable)
            storage.deallocate()
            storage = larger
        }
        (start, end) = (0, held)
    }

    func append(_ bytes: UnsafeRawBufferPointer) {
        if bytes.isEmpty { return }
        reserve(bytes.count)
        writable.copyMemory(from: bytes)
        end += bytes.count
    }

    func append(_ text: StaticString) {
        append(UnsafeRawBufferPointer(HTTP.bytes(of: text)))
    }

    func append(_ bytes: [UInt8]) {
        bytes.withUnsafeBytes { append($0) }
    }

    func append(_ bytes: ArraySlice<UInt8>) {
        bytes.withUnsafeBytes { append($0) }
    }

    func append(_ byte: UInt8) {
        reserve(1)
        storage[end] = byte
        end += 1
    }

    /// A number in the given base, lower case, without leading zeros.
    func append(number: Int, radix: Int = 10) {
        precondition(number >= 0, "lengths are not negative")
        var digits: (UInt64, UInt64, UInt32) = (0, 0, 0)
        withUnsafeMutableBytes(of: &digits) { room in
            var index = room.count
            var left = number
            repeat {
                index -= 1
                let digit = UInt8(left % radix)
                room[index] = digit < 10 ? digit + 0x30 : digit + 0x57
                left /= radix
            } while left > 0
            append(UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(room)[index...]))
        }
    }

    /// A copy of the first `count` bytes.
    func copy(_ range: Range<Int>) -> [UInt8] {
        Array(bytes[range])
    }
}

/// The buffers of one reactor that nobody uses right now.
struct BufferPool {
    private var free: [ByteBuffer] = []
    private static let keptMax = 64

    mutating func take() -> ByteBuffer { free.popLast() ?? ByteBuffer() }

    /// Takes a buffer back; one that grew, or one too many, is freed.
    mutating func give(_ buffer: ByteBuffer) {
        buffer.removeAll()
        if free.count < Self.keptMax, buffer.capacity == ByteBuffer.standardCapacity {
            free.append(buffer)
        }
    }
}
