// The numbered SQL files of `migrations/`.
public import Core
internal import Glibc

/// One migration: plain SQL that runs in a transaction of its own and is never edited afterwards.
public struct Migration: Sendable {
    /// `0001_foundation`: four digits, an underscore, lower-case words. Sorts in order of running.
    public let name: String
    /// The file as it is.
    public let sql: [UInt8]

    public init(name: String, sql: [UInt8]) {
        self.name = name
        self.sql = sql
    }

    /// The migrations of a directory in order of their numbers; other files are ignored. Fails when
    /// the directory or a file cannot be read, when a name is malformed or a number is used twice.
    public static func load(directory: String) throws(Failure) -> [Migration] {
        guard let entries = opendir(directory) else {
            throw Failure(
                .invalid, "There is no directory `\(directory)` with migrations to run.")
        }
        defer { closedir(entries) }
        var names: [String] = []
        while let entry = readdir(entries) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name.hasSuffix(".sql") { names.append(String(name.dropLast(4))) }
        }
        names.sort { Array($0.utf8).lexicographicallyPrecedes(Array($1.utf8)) }
        try check(names)
        var migrations: [Migration] = []
        for name in names {
            migrations.append(
                Migration(name: name, sql: try read("\(directory)/\(name).sql")))
        }
        return migrations
    }

    static func check(_ names: [String]) throws(Failure) {
        for (index, name) in names.enumerated() {
            let bytes = Array(name.utf8)
            guard bytes.count > 5, bytes[..<4].allSatisfy({ (48...57).contains($0) }),
                bytes[4] == UInt8(ascii: "_")
            else {
                throw Failure(
                    .invalid, "Migration `\(name)` needs a name like `0001_what_it_does`.")
            }
            if index > 0, Array(names[index - 1].utf8.prefix(4)) == Array(bytes.prefix(4)) {
                throw Failure(
                    .invalid, "Migrations `\(names[index - 1])` and `\(name)` have one number.")
            }
        }
    }

    private static func read(_ path: String) throws(Failure) -> [UInt8] {
        guard let file = fopen(path, "rb") else {
            throw Failure(.invalid, "The migration `\(path)` cannot be read.")
        }
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = fread(&chunk, 1, chunk.count, file)
            guard count > 0 else { break }
            bytes.append(contentsOf: chunk[..<count])
        }
        guard ferror(file) == 0 else {
            throw Failure(.invalid, "The migration `\(path)` cannot be read.")
        }
        return bytes
    }
}
