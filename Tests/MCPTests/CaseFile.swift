// Reads the conformance cases beside the tests.
import Core
import Testing

#if canImport(Glibc)
    import Glibc
#endif

enum CaseFile {
    /// The objects of `Cases/<name>`, which is one JSON array.
    static func read(_ name: String, beside path: String = #filePath) throws -> [JSON] {
        let folder = path[..<(path.lastIndex(of: "/") ?? path.endIndex)]
        let file = try #require(fopen("\(folder)/Cases/\(name)", "rb"))
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while case let count = fread(&chunk, 1, chunk.count, file), count > 0 {
            bytes += chunk[..<count]
        }
        return Array(try JSON.parse(bytes).elements)
    }
}
