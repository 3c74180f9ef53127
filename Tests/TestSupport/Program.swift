// Other programs, run to their end.
import Glibc

/// `Foundation.Process` waits for every descendant that keeps a descriptor open, a server left
/// behind included; this waits for the program itself.
public enum Program {
    /// It could not be started or did not end well; what it wrote to standard error.
    public struct Failed: Error, CustomStringConvertible {
        public let description: String
    }

    /// Answers what the program wrote to standard output.
    @discardableResult
    public static func run(_ path: String, _ arguments: [String]) throws -> String {
        guard let output = tmpfile(), let complaint = tmpfile() else {
            throw Failed(description: "no temporary file")
        }
        defer {
            fclose(output)
            fclose(complaint)
        }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_adddup2(&actions, fileno(output), 1)
        posix_spawn_file_actions_adddup2(&actions, fileno(complaint), 2)
        var words = ([path] + arguments).map { strdup($0) }
        defer { words.forEach { free($0) } }
        words.append(nil)
        var process = pid_t()
        let code = posix_spawn(&process, path, &actions, nil, words, environ)
        guard code == 0 else {
            throw Failed(description: "\(path): \(String(cString: strerror(code)))")
        }
        var status: Int32 = 0
        while waitpid(process, &status, 0) == -1, errno == EINTR {}
        guard status == 0 else { throw Failed(description: text(complaint)) }
        return text(output)
    }

    private static func text(_ file: UnsafeMutablePointer<FILE>) -> String {
        rewind(file)
        var bytes: [UInt8] = []
        while case let byte = fgetc(file), byte != EOF { bytes.append(UInt8(byte)) }
        return String(decoding: bytes, as: UTF8.self)
    }
}
