import Testing

@testable import Reactor

@Suite struct SocketAddressTests {
    @Test(arguments: [
        "", "localhost", "127.1", "1.2.3.4.5", "256.0.0.1", "[::1]", "::1%nosuchinterface", "1:2",
        "127.0.0.1\0", " 127.0.0.1",
    ])
    func whatIsNoLiteralIsNoAddress(_ host: String) {
        #expect(SocketAddress(host: host, port: 80) == nil)
    }

    @Test func aPortIsSixteenBits() {
        #expect(SocketAddress(host: "127.0.0.1", port: 65_536) == nil)
        #expect(SocketAddress(host: "127.0.0.1", port: -1) == nil)
    }

    @Test func addressesReadBackAsWritten() {
        let v4 = SocketAddress(host: "192.0.2.33", port: 8080)
        #expect(v4?.description == "192.0.2.33:8080")
        #expect(v4?.bytes == [192, 0, 2, 33])
        let v6 = SocketAddress(host: "2001:DB8:0:0::1", port: 443)
        #expect(v6?.description == "[2001:db8::1]:443")
        #expect(v6?.bytes == [0x20, 1, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1])
        #expect(SocketAddress(host: "127.9.9.9", port: 1)?.isLoopback == true)
        #expect(SocketAddress(host: "::1", port: 1)?.isLoopback == true)
        #expect(SocketAddress(host: "128.0.0.1", port: 1)?.isLoopback == false)
    }
}
