internal import CSys

/// An IPv4 or IPv6 address with a TCP port. An IPv4-mapped IPv6 address (RFC 4291, 2.5.5.2) that
/// comes from a socket or from the resolver is the IPv4 address.
public struct SocketAddress: Sendable, Hashable {
    /// The address as two big-endian numbers; IPv4 is the last four bytes of `low`.
    public let high: UInt64
    public let low: UInt64
    /// Interface of a link-local IPv6 address, else 0.
    public let scope: UInt32
    public var port: UInt16
    public let isIPv4: Bool

    /// Takes an address literal only, without brackets: `127.0.0.1`, `::1`, `fe80::1%eth0`.
    public init?(host: String, port: Int) {
        guard let port = UInt16(exactly: port) else { return nil }
        guard !host.utf8.contains(0) else { return nil }
        var raw = bw_address()
        guard bw_address_parse(host, port, &raw) == 1 else { return nil }
        self.init(raw)
    }

    init(_ raw: bw_address) {
        high = raw.high
        low = raw.low
        scope = raw.scope
        port = raw.port
        isIPv4 = raw.version == 4
    }

    var raw: bw_address {
        bw_address(high: high, low: low, scope: scope, port: port, version: isIPv4 ? 4 : 6)
    }

    /// The address without its port, as text; IPv6 in RFC 5952 form, without brackets.
    public var host: String {
        var raw = raw
        return withUnsafeTemporaryAllocation(of: CChar.self, capacity: 80) { buffer in
            guard let base = buffer.baseAddress else { return "" }
            bw_address_format(&raw, base, buffer.count)
            return String(cString: base)
        }
    }

    /// The address bytes in network order: 4 or 16.
    public var bytes: [UInt8] {
        let all = [high, low].flatMap { word in
            (0..<8).map { UInt8(truncatingIfNeeded: word >> (56 - 8 * UInt64($0))) }
        }
        return isIPv4 ? Array(all[12...]) : all
    }

    public var isLoopback: Bool {
        isIPv4 ? low >> 24 == 127 : high == 0 && low == 1
    }
}

extension SocketAddress: CustomStringConvertible {
    /// `127.0.0.1:8080`, `[::1]:8080`.
    public var description: String {
        isIPv4 ? "\(host):\(port)" : "[\(host)]:\(port)"
    }
}
