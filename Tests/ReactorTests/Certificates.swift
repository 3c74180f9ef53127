// Certificates for the TLS tests, made with the openssl command in a folder of their own.
import Foundation

final class Certificates: Sendable {
    let folder: String

    static let shared = Certificates()

    private init() {
        folder = NSTemporaryDirectory() + "bailiwick-certificates-\(UUID().uuidString)"
        do {
            try FileManager.default.createDirectory(
                atPath: folder, withIntermediateDirectories: true)
            try authority("ca")
            try authority("stranger")
            try leaf("local", names: "DNS:localhost,IP:127.0.0.1", days: 3)
            try leaf("second", names: "DNS:localhost,IP:127.0.0.1", days: 3)
            try leaf("elsewhere", names: "DNS:elsewhere.example,IP:192.0.2.1", days: 3)
            try leaf("expired", names: "DNS:localhost,IP:127.0.0.1", days: -1)
        } catch {
            preconditionFailure("cannot make test certificates: \(error)")
        }
    }

    func path(_ name: String) -> String { "\(folder)/\(name)" }

    private func authority(_ name: String) throws {
        try openssl(
            "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
            "-keyout", path("\(name).key"), "-out", path("\(name).pem"), "-subj", "/CN=\(name)",
            "-days", "3")
    }

    private func leaf(_ name: String, names: String, days: Int) throws {
        try openssl(
            "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
            "-keyout", path("\(name).key"), "-out", path("\(name).csr"), "-subj", "/CN=\(name)",
            "-addext", "subjectAltName=\(names)")
        try openssl(
            "x509", "-req", "-in", path("\(name).csr"), "-CA", path("ca.pem"), "-CAkey",
            path("ca.key"), "-CAcreateserial", "-days", "\(days)", "-copy_extensions", "copy",
            "-out", path("\(name).pem"))
    }

    private func openssl(_ arguments: String...) throws {
        // posix_spawn: Foundation's Process wants a run loop, and a first test may be on a reactor.
        var files = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&files)
        defer { posix_spawn_file_actions_destroy(&files) }
        for descriptor: Int32 in 0...2 {
            posix_spawn_file_actions_addopen(&files, descriptor, "/dev/null", O_RDWR, 0)
        }
        var words: [UnsafeMutablePointer<CChar>?] = (["openssl"] + arguments).map { strdup($0) }
        words.append(nil)
        defer { words.forEach { free($0) } }
        var child: pid_t = 0
        var status: Int32 = -1
        guard posix_spawn(&child, "/usr/bin/openssl", &files, nil, words, environ) == 0,
            waitpid(child, &status, 0) == child, status == 0
        else { throw CocoaError(.executableLoad) }
    }
}
