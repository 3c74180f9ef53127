/// Which addresses may be dialled (SSRF). Pure: an address in, a class out.
///
/// After the IANA special-purpose address registries for IPv4 and IPv6. What is in no list of ours
/// is public in IPv4; in IPv6 only 2000::/3 is.
public enum AddressPolicy {
    public enum Class: String, Sendable, Equatable {
        /// Reachable from anywhere: may be dialled.
        case `public`
        /// Someone's own network or this machine: may be dialled only when an administrator
        /// allowed private addresses for that server.
        case `private`
        /// Never dialled, whatever is allowed: metadata services, multicast, unspecified,
        /// documentation, benchmarking, reserved, tunnels that hide another address.
        case forbidden
    }

    /// Whether an address may be dialled.
    public static func allows(_ address: IPAddress, allowPrivate: Bool) -> Bool {
        switch classify(address) {
        case .public: true
        case .private: allowPrivate
        case .forbidden: false
        }
    }

    public static func classify(_ address: IPAddress) -> Class {
        if metadata.contains(address) { return .forbidden }
        if address.isIPv4 { return classifyIPv4(address) }
        // An address that carries another is what it carries.
        if ipv4Mapped.contains(address) || nat64.contains(address) {
            return classify(IPAddress(bytes: Array(address.bytes[12...])))
        }
        for block in privateIPv6 where block.contains(address) { return .private }
        for block in forbiddenIPv6 where block.contains(address) { return .forbidden }
        return globalUnicast.contains(address) ? .public : .forbidden
    }

    private static func classifyIPv4(_ address: IPAddress) -> Class {
        for block in privateIPv4 where block.contains(address) { return .private }
        for block in forbiddenIPv4 where block.contains(address) { return .forbidden }
        return .public
    }

    /// Metadata services of clouds that lie outside link-local space.
    private static let metadata: Set<IPAddress> = [
        "169.254.169.254", "100.100.100.200", "168.63.129.16", "192.0.0.192", "fd00:ec2::254",
        "fd20:ce::254", "fd00:42::42",
    ].reduce(into: []) { set, text in IPAddress(text).map { _ = set.insert($0) } }

    private static let privateIPv4 = [
        Block("10.0.0.0", 8),  // RFC 1918
        Block("172.16.0.0", 12),  // RFC 1918
        Block("192.168.0.0", 16),  // RFC 1918
        Block("127.0.0.0", 8),  // loopback, RFC 1122
        Block("100.64.0.0", 10),  // shared address space of carriers, RFC 6598
    ]

    private static let forbiddenIPv4 = [
        Block("0.0.0.0", 8),  // this network, RFC 791
        Block("169.254.0.0", 16),  // link-local, RFC 3927
        Block("192.0.0.0", 24),  // protocol assignments, RFC 6890
        Block("192.0.2.0", 24),  // documentation, RFC 5737
        Block("192.88.99.0", 24),  // 6to4 relay, RFC 7526
        Block("198.18.0.0", 15),  // benchmarking, RFC 2544
        Block("198.51.100.0", 24),  // documentation, RFC 5737
        Block("203.0.113.0", 24),  // documentation, RFC 5737
        Block("224.0.0.0", 4),  // multicast, RFC 5771
        Block("240.0.0.0", 4),  // reserved and broadcast, RFC 1112
    ]

    private static let privateIPv6 = [
        Block("::1", 128),  // loopback, RFC 4291
        Block("fc00::", 7),  // unique local, RFC 4193
    ]

    private static let forbiddenIPv6 = [
        Block("2001::", 23),  // protocol assignments, Teredo and ORCHID among them, RFC 2928
        Block("2001:db8::", 32),  // documentation, RFC 3849
        Block("2002::", 16),  // 6to4, RFC 3056
        Block("3fff::", 20),  // documentation, RFC 9637
    ]

    private static let globalUnicast = Block("2000::", 3)
    private static let ipv4Mapped = Block("::ffff:0:0", 96)
    /// The well-known NAT64 prefix (RFC 6052); the local-use one, 64:ff9b:1::/48, stays forbidden.
    private static let nat64 = Block("64:ff9b::", 96)

    /// A CIDR block.
    private struct Block: Sendable {
        let base: [UInt8]
        let bits: Int

        init(_ text: String, _ bits: Int) {
            // INVARIANT: the literals of this file are addresses; the tests read every one.
            self.base = IPAddress(text)?.bytes ?? []
            self.bits = bits
        }

        func contains(_ address: IPAddress) -> Bool {
            guard address.bytes.count == base.count else { return false }
            let whole = bits / 8
            for index in 0..<whole where address.bytes[index] != base[index] { return false }
            let rest = bits % 8
            guard rest > 0 else { return true }
            return (address.bytes[whole] ^ base[whole]) >> UInt8(8 - rest) == 0
        }
    }
}
