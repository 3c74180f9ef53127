/// An IP address as bytes, read from exactly one textual form each.
public struct IPAddress: Equatable, Hashable, Sendable {
    /// Network order: 4 bytes or 16.
    public let bytes: [UInt8]

    /// Traps on any other count.
    public init(bytes: [UInt8]) {
        precondition(bytes.count == 4 || bytes.count == 16, "an address has 4 or 16 bytes")
        self.bytes = bytes
    }

    public var isIPv4: Bool { bytes.count == 4 }

    /// Reads four decimal numbers without leading zeros, or RFC 4291 text without a zone. Nil for
    /// everything else: `127.1`, `0x7f.0.0.1`, `017700000001`, `fe80::1%eth0`.
    public init?(_ text: String) {
        let utf8 = Array(text.utf8)
        let parsed = utf8.contains(.colon) ? Self.parseIPv6(utf8[...]) : Self.parseIPv4(utf8[...])
        guard let parsed else { return nil }
        self.bytes = parsed
    }

    private static func parseIPv4(_ text: ArraySlice<UInt8>) -> [UInt8]? {
        let parts = text.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard parts.count == 4 else { return nil }
        var bytes: [UInt8] = []
        for part in parts {
            guard (1...3).contains(part.count), part.allSatisfy(\.isDigit),
                part.count == 1 || part.first != UInt8(ascii: "0")
            else { return nil }
            let value = part.reduce(0) { $0 * 10 + Int($1 - 0x30) }
            guard value < 256 else { return nil }
            bytes.append(UInt8(value))
        }
        return bytes
    }

    private static func parseIPv6(_ text: ArraySlice<UInt8>) -> [UInt8]? {
        guard let gap = firstGap(text) else { return groups(text, allowIPv4: true, exactly: 16) }
        let left = text[..<gap]
        let right = text[(gap + 2)...]
        guard let head = left.isEmpty ? [] : groups(left, allowIPv4: false, exactly: nil),
            let tail = right.isEmpty ? [] : groups(right, allowIPv4: true, exactly: nil),
            head.count + tail.count <= 14
        else { return nil }
        return head + [UInt8](repeating: 0, count: 16 - head.count - tail.count) + tail
    }

    /// Where the first `::` stands.
    private static func firstGap(_ text: ArraySlice<UInt8>) -> Int? {
        text.indices.dropLast().first { text[$0] == .colon && text[$0 + 1] == .colon }
    }

    /// Groups of one to four hexadecimal digits; the last may be an IPv4 address.
    private static func groups(
        _ text: ArraySlice<UInt8>, allowIPv4: Bool, exactly count: Int?
    ) -> [UInt8]? {
        let parts = text.split(separator: UInt8.colon, omittingEmptySubsequences: false)
        var bytes: [UInt8] = []
        for (index, part) in parts.enumerated() {
            if allowIPv4, index == parts.count - 1, part.contains(UInt8(ascii: ".")) {
                guard let tail = parseIPv4(part) else { return nil }
                bytes += tail
                continue
            }
            guard (1...4).contains(part.count) else { return nil }
            var value = 0
            for byte in part {
                guard let digit = byte.hexValue else { return nil }
                value = value << 4 | Int(digit)
            }
            bytes += [UInt8(value >> 8), UInt8(value & 0xFF)]
        }
        if let count, bytes.count != count { return nil }
        return bytes
    }
}
