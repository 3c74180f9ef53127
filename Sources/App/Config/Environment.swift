/// The variables that the process was started with.
enum Environment {
    /// All of them, as the kernel keeps them; read from the file system because the C library's
    /// table is mutable state.
    static func variables() -> [(name: String, value: String)] {
        guard let bytes = try? FileReading.bytes("/proc/self/environ", what: "the environment")
        else { return [] }
        return bytes.split(separator: 0).compactMap { entry in
            guard let equals = entry.firstIndex(of: UInt8(ascii: "=")) else { return nil }
            return (
                String(decoding: entry[..<equals], as: UTF8.self),
                String(decoding: entry[(equals + 1)...], as: UTF8.self)
            )
        }
    }
}
