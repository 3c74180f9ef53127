internal import Core

/// Labels as they stand in a `jsonb` column: one object of strings.
enum Labels {
    static func text(_ labels: [String: String]) -> String {
        String(decoding: value(labels).serialized(), as: UTF8.self)
    }

    /// In the order of the keys' bytes, so that equal labels are written alike.
    static func value(_ labels: [String: String]) -> JSONValue {
        .object(
            labels.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
                .map { JSONValue.Member($0.key, .string($0.value)) })
    }

    static func read(_ bytes: [UInt8]) throws(Failure) -> [String: String] {
        let json: JSON
        do {
            json = try JSON.parse(bytes)
        } catch {
            throw Failure(
                .internal, "The database answered something unexpected.",
                detail: "labels: \(error.message)")
        }
        var labels: [String: String] = [:]
        for member in json.members { labels[member.key.string] = member.value.string }
        return labels
    }
}
