internal import Core
internal import Policy

/// The values of all settings, merged from file, environment and flags: file < environment < flags.
/// An unknown key is an error wherever it stands, so that a misspelt limit never goes unnoticed.
struct Settings: Sendable {
    private(set) var values: [String: String] = [:]

    init(file: String?, environment: [(name: String, value: String)]) throws(CommandFailure) {
        if let file { try merge(file: file) }
        try merge(environment: environment)
    }

    /// The value or the default; nil where neither stands.
    subscript(_ name: String) -> String? {
        guard let setting = Setting.all.first(where: { $0.name == name }) else {
            preconditionFailure("INVARIANT: \(name) is listed in Setting.all")
        }
        return values[name] ?? setting.standard
    }

    private mutating func merge(file: String) throws(CommandFailure) {
        let bytes = try FileReading.bytes(file, what: "the configuration")
        let root: YAML.Node
        switch YAML.parse(bytes) {
        case .success(let node): root = node
        case .failure(let problems):
            let first = problems.problems[0]
            throw CommandFailure(.failed, "\(file) line \(first.line): \(first.message)")
        }
        if root.isNull { return }
        guard let sections = root.entries else {
            throw CommandFailure(.failed, "\(file): sections are expected, as in `server:`")
        }
        for section in sections {
            let name = String(decoding: section.key, as: UTF8.self)
            guard Setting.all.contains(where: { $0.section == name }) else {
                throw CommandFailure(
                    .failed, "\(file) line \(section.keyLine): unknown section `\(name)`")
            }
            if section.value.isNull { continue }
            guard let entries = section.value.entries else {
                throw CommandFailure(
                    .failed, "\(file) line \(section.keyLine): `\(name)` takes keys with values")
            }
            for entry in entries { try merge(entry, section: name, file: file) }
        }
    }

    private mutating func merge(
        _ entry: YAML.Entry, section: String, file: String
    ) throws(CommandFailure) {
        let key = String(decoding: entry.key, as: UTF8.self)
        guard let scalar = entry.value.scalar else {
            throw CommandFailure(
                .failed, "\(file) line \(entry.keyLine): `\(section).\(key)` takes one value")
        }
        if entry.value.isNull { return }
        let value = String(decoding: scalar.text, as: UTF8.self)
        try set("\(section).\(key)", value, or: "\(file) line \(entry.keyLine)")
    }

    private mutating func merge(
        environment: [(name: String, value: String)]
    ) throws(CommandFailure) {
        for (name, value) in environment where name.utf8.starts(with: "BAILIWICK_".utf8) {
            let words = name.utf8.dropFirst("BAILIWICK_".utf8.count)
            let path = String(decoding: words, as: UTF8.self).lowercased()
            let parts = path.split(separator: "__", omittingEmptySubsequences: false)
            guard parts.count == 2, known("\(parts[0]).\(parts[1])") else {
                throw CommandFailure(
                    .failed,
                    "the environment sets \(name), which is no setting: see bailiwick config show")
            }
            try set("\(parts[0]).\(parts[1])", value, or: name)
        }
    }

    private func known(_ name: String) -> Bool {
        Setting.all.contains { $0.name == name || ($0.secret && "\($0.name)_file" == name) }
    }

    private mutating func set(
        _ name: String, _ value: String, or origin: String
    ) throws(CommandFailure) {
        if Setting.all.contains(where: { $0.name == name }) {
            values[name] = value
        } else if let secret = Setting.all.first(where: { $0.secret && "\($0.name)_file" == name })
        {
            values[secret.name] = try FileReading.line(value, what: name)
        } else {
            throw CommandFailure(.failed, "\(origin): unknown key `\(name)`\(hint(name))")
        }
    }

    private func hint(_ name: String) -> String {
        let section = name.split(separator: ".").first.map(String.init) ?? ""
        let keys = Setting.all.filter { $0.section == section }.map(\.key)
        return keys.isEmpty ? "" : "; \(section) takes \(keys.joined(separator: ", "))"
    }
}
