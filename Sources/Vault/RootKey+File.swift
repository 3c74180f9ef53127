internal import CSodium
public import Core
internal import Glibc

// The master key from a file: 32 bytes raw, as 64 hexadecimal digits, or as base64 (44 characters
// or 43 without padding), a trailing newline allowed. The file must be private to its owner.
extension RootKey {
    private static let fileBytesMax = 1024

    /// Reads a key file. Each refusal names the file and says what to do.
    public static func load(path: String) throws(Failure) -> RootKey {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw refusal(
                path, "cannot be read (\(String(cString: strerror(errno))))",
                "create it with `openssl rand -base64 32 > \(path) && chmod 600 \(path)`")
        }
        defer { close(descriptor) }
        try checkMode(descriptor, path: path)
        var bytes = [UInt8](repeating: 0, count: fileBytesMax + 1)
        defer { Secret.wipe(&bytes) }
        var count = 0
        while count < bytes.count {
            let got = bytes.withUnsafeMutableBytes {
                read(descriptor, $0.baseAddress! + count, $0.count - count)
            }
            if got < 0 && errno == EINTR { continue }
            guard got >= 0 else {
                throw refusal(
                    path, "cannot be read (\(String(cString: strerror(errno))))",
                    "check that it is a regular file")
            }
            if got == 0 { break }
            count += got
        }
        guard let secret = decode(bytes[..<count]) else {
            throw refusal(
                path, "does not hold a 32-byte key",
                "it must hold 32 bytes raw, as base64 or as hexadecimal, as "
                    + "`openssl rand -base64 32` prints them")
        }
        return try RootKey(secret)
    }

    private static func checkMode(_ descriptor: Int32, path: String) throws(Failure) {
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            throw refusal(path, "is not a regular file", "name the key file itself")
        }
        guard status.st_mode & 0o077 == 0 else {
            let mode = String(status.st_mode & 0o777, radix: 8)
            throw refusal(
                path, "can be read by others (mode 0\(mode))", "run `chmod 600 \(path)`")
        }
    }

    /// The key in a file's bytes, in whichever of the three forms it is.
    static func decode(_ content: ArraySlice<UInt8>) -> Secret? {
        if content.count == byteCount { return Secret(copying: Array(content)) }
        var text = content
        while let last = text.last, last == 0x0A || last == 0x0D { text.removeLast() }
        if text.count == byteCount * 2 {
            guard var bytes = Hex.decode(text) else { return nil }
            return Secret(wiping: &bytes)
        }
        return decodeBase64(text)
    }

    private static func decodeBase64(_ text: ArraySlice<UInt8>) -> Secret? {
        Sodium.start()
        let variant: Int32
        switch text.count {
        case 44: variant = sodium_base64_VARIANT_ORIGINAL
        case 43: variant = sodium_base64_VARIANT_ORIGINAL_NO_PADDING
        default: return nil
        }
        var bytes = [UInt8](repeating: 0, count: byteCount)
        var length = 0
        let result = text.withUnsafeBytes { source in
            sodium_base642bin(
                &bytes, bytes.count, source.baseAddress!.assumingMemoryBound(to: CChar.self),
                source.count, nil, &length, nil, variant)
        }
        guard result == 0, length == byteCount else {
            Secret.wipe(&bytes)
            return nil
        }
        return Secret(wiping: &bytes)
    }

    private static func refusal(_ path: String, _ what: String, _ remedy: String) -> Failure {
        Failure(.invalid, "The master key file `\(path)` \(what): \(remedy)")
    }
}
