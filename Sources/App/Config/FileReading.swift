internal import Glibc

/// Reading small files whole: configuration, policies, keys.
enum FileReading {
    /// The file's bytes. `what` names it in the error: "the configuration", "the policy".
    static func bytes(
        _ path: String, what: String, bytesMax: Int = 4 * 1024 * 1024
    ) throws(CommandFailure) -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw CommandFailure(.failed, "cannot read \(what) `\(path)`: \(reason())")
        }
        defer { close(descriptor) }
        var content: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = read(descriptor, &chunk, chunk.count)
            if count == 0 { return content }
            guard count > 0 || errno == EINTR else {
                throw CommandFailure(.failed, "cannot read \(what) `\(path)`: \(reason())")
            }
            content.append(contentsOf: chunk.prefix(max(count, 0)))
            guard content.count <= bytesMax else {
                throw CommandFailure(
                    .failed,
                    "\(what) `\(path)` is larger than \(bytesMax) bytes: give a smaller file")
            }
        }
    }

    /// A text file's first line, for secrets that stand in files of their own.
    static func line(_ path: String, what: String) throws(CommandFailure) -> String {
        let content = try bytes(path, what: what, bytesMax: 65_536)
        let line = content.prefix { $0 != UInt8(ascii: "\n") && $0 != UInt8(ascii: "\r") }
        return String(decoding: line, as: UTF8.self)
    }

    private static func reason() -> String { String(cString: strerror(errno)) }
}
