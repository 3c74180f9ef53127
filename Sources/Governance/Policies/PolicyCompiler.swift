internal import Core
internal import Policy

/// From text to what decides.
enum PolicyCompiler {
    /// Everything that is wrong with a document, each with its place.
    static func issues(of document: String) -> [Failure.Field] {
        let bytes = Array(document.utf8)
        guard bytes.count <= Limits.policyBytesMax else {
            return [
                Failure.Field(
                    pointer: "/document",
                    detail: "has \(bytes.count) bytes; the limit is \(Limits.policyBytesMax)")
            ]
        }
        switch PolicyDocument.parse(bytes) {
        case .success: return []
        case .failure(let found):
            return found.issues.map { issue in
                let line = issue.line.map { "line \($0): " } ?? ""
                return Failure.Field(pointer: issue.pointer, detail: line + issue.message)
            }
        }
    }

    /// Compiles what was saved, and so was checked.
    static func compile(_ document: String) throws(Failure) -> CompiledPolicy {
        switch PolicyDocument.parse(Array(document.utf8)) {
        case .success(let parsed): return CompiledPolicy(parsed)
        case .failure:
            throw Failure(
                .internal, "A stored policy cannot be read by this version of Bailiwick",
                detail: "policy: a saved document does not parse")
        }
    }
}
