// Texts of fixed-size values. `Core`'s encoders are generic; across targets that costs a
// microsecond a call, and every entry of the log has several of these.
enum FixedText {
    private static let hexDigits: StaticString = "0123456789abcdef"
    private static let base64Digits: StaticString =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"

    /// Lower-case hexadecimal.
    static func hex(_ bytes: UnsafeRawBufferPointer) -> String {
        String(unsafeUninitializedCapacity: bytes.count * 2) { text in
            write(bytes, hexTo: text.baseAddress!)
            return bytes.count * 2
        }
    }

    static func appendHex(_ bytes: UnsafeRawBufferPointer, to text: inout [UInt8]) {
        for byte in bytes {
            text.append(hexDigits.utf8Start[Int(byte >> 4)])
            text.append(hexDigits.utf8Start[Int(byte & 15)])
        }
    }

    private static func write(
        _ bytes: UnsafeRawBufferPointer, hexTo text: UnsafeMutablePointer<UInt8>
    ) {
        for (index, byte) in bytes.enumerated() {
            text[2 * index] = hexDigits.utf8Start[Int(byte >> 4)]
            text[2 * index + 1] = hexDigits.utf8Start[Int(byte & 15)]
        }
    }

    /// RFC 4648 section 4, padded.
    static func base64(_ bytes: UnsafeRawBufferPointer) -> String {
        let digits = base64Digits.utf8Start
        return String(unsafeUninitializedCapacity: (bytes.count + 2) / 3 * 4) { text in
            var written = 0
            for start in stride(from: 0, to: bytes.count, by: 3) {
                let have = min(3, bytes.count - start)
                var group = UInt32(bytes[start]) << 16
                if have > 1 { group |= UInt32(bytes[start + 1]) << 8 }
                if have > 2 { group |= UInt32(bytes[start + 2]) }
                for position in 0..<4 {
                    let digit = digits[Int(group >> UInt32(18 - 6 * position) & 63)]
                    text[written + position] = position <= have ? digit : UInt8(ascii: "=")
                }
                written += 4
            }
            return written
        }
    }
}
