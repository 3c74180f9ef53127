internal import Core

/// Collects everything wrong with a submitted object, so that one answer reports it all.
struct Problems {
    private(set) var fields: [Failure.Field] = []

    mutating func add(_ pointer: String, _ detail: String) {
        fields.append(Failure.Field(pointer: pointer, detail: detail))
    }

    /// 1 to `max` bytes, no control characters.
    mutating func text(_ value: String, _ pointer: String, max: Int = 200) {
        if value.utf8.isEmpty {
            add(pointer, "is required")
        } else {
            optionalText(value, pointer, max: max)
        }
    }

    /// 0 to `max` bytes, no control characters.
    mutating func optionalText(_ value: String, _ pointer: String, max: Int = 200) {
        if value.utf8.count > max { add(pointer, "has at most \(max) bytes") }
        if value.utf8.contains(where: { $0 < 0x20 || $0 == 0x7F }) {
            add(pointer, "holds no control characters")
        }
    }

    /// A word for URLs: `a-z`, `0-9` and inner `-`, 1 to 63 characters.
    mutating func slug(_ value: String, _ pointer: String = "/slug") {
        let bytes = Array(value.utf8)
        let dash = UInt8(ascii: "-")
        let fits =
            (1...63).contains(bytes.count) && bytes.first != dash && bytes.last != dash
            && bytes.allSatisfy { $0 == dash || isLowerOrDigit($0) }
        if !fits {
            add(
                pointer,
                "is 1 to 63 characters of `a-z`, `0-9` and `-`, with no `-` first or last")
        }
    }

    /// The case a word names, or nil with a problem that lists them all.
    mutating func oneOf<Word: RawRepresentable & CaseIterable>(
        _ value: String, _ pointer: String, as type: Word.Type
    ) -> Word? where Word.RawValue == String {
        let word = Word.allCases.first { $0.rawValue.utf8.elementsEqual(value.utf8) }
        if word == nil {
            let words = Word.allCases.map { "`\($0.rawValue)`" }.joined(separator: ", ")
            add(pointer, "is one of \(words)")
        }
        return word
    }

    /// At most 64 labels: keys 1 to 63 bytes of `A-Za-z0-9._/-`, values at most 256 bytes.
    mutating func labels(_ labels: [String: String], _ pointer: String = "/labels") {
        if labels.count > Limits.labelsMax { add(pointer, "holds at most \(Limits.labelsMax)") }
        for (key, value) in labels {
            let named = (1...63).contains(key.utf8.count) && key.utf8.allSatisfy(isLabelByte)
            if !named {
                add(pointer, "has keys of 1 to 63 characters of `A-Z a-z 0-9 . _ / -`")
            }
            if value.utf8.count > 256 { add(pointer, "has values of at most 256 bytes") }
        }
    }

    /// Throws when anything was wrong.
    func check(_ message: String) throws(Failure) {
        if !fields.isEmpty { throw Failure(.invalid, message, errors: fields) }
    }

    private func isLowerOrDigit(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
            || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }

    private func isLabelByte(_ byte: UInt8) -> Bool {
        isLowerOrDigit(byte) || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
            || [UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "/"), UInt8(ascii: "-")]
                .contains(byte)
    }
}

extension Failure {
    /// The same words whether an object never was or is another tenant's.
    static func noSuch(_ noun: String) -> Failure {
        Failure(.notFound, "There is no such \(noun)")
    }

    /// `If-Match` named an older version.
    static func changedMeanwhile(_ noun: String) -> Failure {
        Failure(
            .preconditionFailed,
            "The \(noun) was changed meanwhile; read it again and repeat the change")
    }
}

/// What does not look like an id names nothing.
func isID(_ text: String) -> Bool { IDGenerator.isID(text.utf8) }

/// Refuses what is no id in the words for an object that does not exist.
func requireID(_ text: String, _ noun: String) throws(Failure) {
    guard isID(text) else { throw .noSuch(noun) }
}
