internal import Core
internal import Glibc

/// Standard output for data, standard error for notes.
enum Terminal {
    static func out(_ text: String) { write(text + "\n", to: STDOUT_FILENO) }
    /// One JSON document, on one line.
    static func out(_ value: JSONValue) {
        out(String(decoding: value.serialized(), as: UTF8.self))
    }
    static func note(_ text: String) { write(text + "\n", to: STDERR_FILENO) }

    /// One line of standard input without its end, or nil at the end of input.
    static func readLine() -> String? { Swift.readLine(strippingNewline: true) }

    static func write(_ text: String, to descriptor: Int32) {
        var bytes = Array(text.utf8)[...]
        while !bytes.isEmpty {
            let count = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno != EINTR { return }
            bytes = bytes.dropFirst(max(count, 0))
        }
    }
}
