import Core
import Testing

@testable import Vault

@Suite struct SecretTests {
    @Test func showsNothing() {
        let secret = Secret(copying: Array("hunter2".utf8))
        var dumped = ""
        dump(secret, to: &dumped)
        for text in ["\(secret)", String(reflecting: secret), dumped, "\([secret])"] {
            #expect(!text.contains("hunter2"))
            #expect(!text.contains("104"))
        }
    }

    @Test func wipesTheSource() {
        var bytes = Array("hunter2".utf8)
        let secret = Secret(wiping: &bytes)
        #expect(bytes == [UInt8](repeating: 0, count: 7))
        #expect(secret.withBytes { Array($0) } == Array("hunter2".utf8))
    }

    @Test func isWipedWhenReleased() {
        let memory = SecretMemory()
        let block = memory.allocate(100)
        let bytes = block.assumingMemoryBound(to: UInt8.self)
        for index in 0..<100 { bytes[index] = 0xAA }
        memory.release(block, count: 100)
        // The slab stays mapped, so the freed block may be looked at.
        #expect((0..<100).allSatisfy { bytes[$0] == 0 })
    }

    @Test func blocksDoNotOverlap() {
        let secrets = (0..<3_000).map { number in
            Secret(copying: [UInt8](repeating: UInt8(number % 251), count: 1 + number % 5_000))
        }
        for (number, secret) in secrets.enumerated() {
            #expect(secret.withBytes { $0.allSatisfy { $0 == UInt8(number % 251) } })
        }
    }

    @Test func comparesContent() {
        #expect(Secret(copying: [1, 2]).equals(Secret(copying: [1, 2])))
        #expect(!Secret(copying: [1, 2]).equals(Secret(copying: [1, 3])))
        #expect(!Secret(copying: [1, 2]).equals(Secret(copying: [1])))
        #expect(Secret(copying: []).equals(Secret(copying: [])))
    }
}
