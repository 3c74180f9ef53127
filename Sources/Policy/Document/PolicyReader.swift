import Core

/// Reads a document of version 1 (PolicyLayer Intercept's format) into the model, collecting every
/// issue instead of stopping at the first.
///
/// Two passes over the rules: the first learns which counters exist, the second reads conditions,
/// which may refer to a counter that is defined further down.
struct PolicyReader {
    private(set) var issues: [PolicyIssue] = []
    private(set) var warnings: [PolicyIssue] = []
    var counters: [CounterDefinition] = []
    /// Where each counter is defined, by its full name in bytes.
    var counterPlaces: [[UInt8]: (index: Int, pointer: String)] = [:]
    var patternInstructions = 0

    /// A node and the way to it.
    struct Place {
        let node: YAML.Node
        let pointer: DocumentPointer
    }

    static func read(_ bytes: [UInt8]) -> Result<PolicyDocument, PolicyIssues> {
        let (root, problems) =
            YAML.looksLikeJSON(bytes)
            ? YAML.readJSON(bytes, bounds: .standard) : YAML.read(bytes, bounds: .standard)
        var reader = PolicyReader()
        for problem in problems {
            reader.issues.append(
                PolicyIssue(
                    pointer: problem.pointer, line: problem.line, message: problem.message))
        }
        guard let root else { return .failure(PolicyIssues(reader.issues)) }
        let document = reader.document(Place(node: root, pointer: .root))
        guard let document, reader.issues.isEmpty else {
            return .failure(PolicyIssues(inOrder(reader.issues)))
        }
        return .success(document)
    }

    /// By line, and among the same line as found.
    private static func inOrder(_ issues: [PolicyIssue]) -> [PolicyIssue] {
        issues.enumerated().sorted {
            ($0.element.line ?? 0, $0.offset) < ($1.element.line ?? 0, $1.offset)
        }.map(\.element)
    }

    // MARK: - Reporting

    mutating func report(_ place: Place, _ message: String) {
        guard !place.isInvalid else { return }
        report(place.pointer, line: place.node.line, message)
    }

    mutating func report(_ pointer: DocumentPointer, line: Int, _ message: String) {
        if issues.count == Limits.policyIssuesMax {
            issues.append(
                PolicyIssue(
                    pointer: "", line: nil,
                    message: "only the first \(Limits.policyIssuesMax) issues are listed"))
        }
        guard issues.count < Limits.policyIssuesMax else { return }
        issues.append(PolicyIssue(pointer: pointer.text, line: line, message: message))
    }

    mutating func warn(_ place: Place, _ message: String) {
        guard warnings.count < Limits.policyIssuesMax else { return }
        warnings.append(
            PolicyIssue(pointer: place.pointer.text, line: place.node.line, message: message))
    }

    // MARK: - Shapes

    /// The known members of a map; reports unknown ones. Nil, and reported, when it is no map.
    mutating func fields(_ place: Place, known: [String], of what: String) -> Fields? {
        guard let entries = place.node.entries else {
            report(place, "\(what) is a map; this is \(place.node.kindName)")
            return nil
        }
        for entry in entries
        where !known.contains(where: { $0.utf8.elementsEqual(entry.key) }) {
            let name = String(decoding: entry.key, as: UTF8.self)
            let hint =
                ForeignKeys.hint(for: name)
                ?? Suggestion.phrase(for: entry.key, among: known)
            report(
                place.pointer.member(entry.key), line: entry.keyLine,
                "unknown key `\(name)` in \(what)\(hint)")
        }
        return Fields(place: place, entries: entries)
    }

    /// The elements of a list; nil, and reported, when it is none. Empty stands for no elements.
    mutating func list(_ place: Place, of what: String) -> [Place]? {
        if place.node.isNull { return [] }
        guard let elements = place.node.elements else {
            report(place, "\(what) is a list; this is \(place.node.kindName)")
            return nil
        }
        return elements.enumerated().map {
            Place(node: $0.element, pointer: place.pointer.element($0.offset))
        }
    }

    /// Text that is not blank; nil, and reported, otherwise.
    mutating func text(_ place: Place, _ what: String) -> [UInt8]? {
        guard let text = place.node.utf8 else {
            var hint = ""
            if place.node.scalar != nil, !place.node.isNull { hint = "; put it in quotes" }
            report(place, "\(what) is text; this is \(place.node.kindName)\(hint)")
            return nil
        }
        guard text.contains(where: { $0 > 0x20 }) else {
            report(place, "\(what) must not be empty")
            return nil
        }
        return text
    }

    /// One of a few words; nil, and reported, otherwise.
    mutating func word<Word: RawRepresentable & CaseIterable>(
        _ place: Place, _ what: String, _: Word.Type
    ) -> Word? where Word.RawValue == String {
        let words = Word.allCases.map(\.rawValue)
        let choices = words.map { "`\($0)`" }.joined(separator: ", ")
        guard let text = place.node.utf8 else {
            report(place, "\(what) is one of \(choices); this is \(place.node.kindName)")
            return nil
        }
        if let match = Word.allCases.first(where: { $0.rawValue.utf8.elementsEqual(text) }) {
            return match
        }
        let hint = Suggestion.phrase(for: text, among: words)
        let written = String(decoding: text, as: UTF8.self)
        report(place, "\(what) is one of \(choices); `\(written)` is not\(hint)")
        return nil
    }
}

extension PolicyReader.Place {
    var isInvalid: Bool {
        if case .invalid = node.value { return true }
        return false
    }
}

/// The members of a map whose keys have been checked.
struct Fields {
    let place: PolicyReader.Place
    let entries: [YAML.Entry]

    subscript(_ key: String) -> PolicyReader.Place? {
        guard let entry = entries.first(where: { $0.key.elementsEqual(key.utf8) }) else {
            return nil
        }
        return PolicyReader.Place(node: entry.value, pointer: place.pointer.member(entry.key))
    }
}

/// Keys of the formats that this build does not read, so that an author learns what the document is
/// rather than that a key is unknown.
enum ForeignKeys {
    static func hint(for key: String) -> String? {
        switch [UInt8](key.utf8) {
        case [UInt8]("all_tools".utf8), [UInt8]("deny_if".utf8), [UInt8]("limits".utf8):
            "; it belongs to PolicyLayer's hosted JSON, which this build does not read"
        case [UInt8]("approve".utf8), [UInt8]("prior".utf8), [UInt8]("once".utf8),
            [UInt8]("redact".utf8), [UInt8]("capture".utf8), [UInt8]("when".utf8),
            [UInt8]("limit".utf8), [UInt8]("defs".utf8), [UInt8]("tests".utf8),
            [UInt8]("require".utf8):
            "; it belongs to version \"2\", which this build does not read"
        default: nil
        }
    }
}
