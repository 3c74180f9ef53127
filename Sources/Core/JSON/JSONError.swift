/// Why bytes are not the JSON this product accepts, and where.
public struct JSONError: Error, Sendable, Equatable {
    public enum Reason: String, Sendable, CaseIterable {
        case tooLarge = "too_large"
        case tooDeep = "too_deep"
        case byteOrderMark = "byte_order_mark"
        case unexpectedEnd = "unexpected_end"
        case expectedValue = "expected_value"
        case expectedKey = "expected_key"
        case expectedColon = "expected_colon"
        case expectedCommaOrEnd = "expected_comma_or_end"
        case trailingBytes = "trailing_bytes"
        case badNumber = "bad_number"
        case badEscape = "bad_escape"
        case loneSurrogate = "lone_surrogate"
        case controlCharacter = "control_character"
        case invalidUTF8 = "invalid_utf8"
        case duplicateKey = "duplicate_key"
    }

    public let reason: Reason
    /// Of the byte that cannot stand where it stands, counted from zero; for a duplicate key, of
    /// the second key's first character.
    public let offset: Int
    /// The limit that was reached, for `tooLarge` (bytes) and `tooDeep` (levels).
    public let limit: Int?

    init(_ reason: Reason, at offset: Int, limit: Int? = nil) {
        self.reason = reason
        self.offset = offset
        self.limit = limit
    }

    /// One line: where, what is wrong, what would be right. Repeats nothing of the input.
    public var message: String { "JSON, byte \(offset): \(advice)" }

    private var advice: String {
        switch reason {
        case .tooLarge: "the text is longer than \(limit ?? 0) bytes; send less"
        case .tooDeep: "arrays and objects nest deeper than \(limit ?? 0) levels; nest fewer"
        case .byteOrderMark: "a byte order mark; start with the value itself, in UTF-8"
        case .unexpectedEnd: "the text ends inside a value; send all of it"
        case .expectedValue: "a value must be an object, array, string, number, true, false or null"
        case .expectedKey: "an object needs a key in double quotes here, and no comma before `}`"
        case .expectedColon: "a colon must follow a key"
        case .expectedCommaOrEnd: "a comma or the end of the array or object must follow a value"
        case .trailingBytes: "only white space may follow the value; send one value"
        case .badNumber: "a number is written as -12, 0.5 or 1e6: no leading zero, plus or bare dot"
        case .badEscape: "an escape is one of \\\" \\\\ \\/ \\b \\f \\n \\r \\t \\uXXXX"
        case .loneSurrogate:
            "half of a surrogate pair; write \\uD83D\\uDE00 or the character itself"
        case .controlCharacter:
            "a control character inside a string; escape it, as in \\n or \\u0000"
        case .invalidUTF8: "bytes that are not UTF-8; encode strings in UTF-8"
        case .duplicateKey: "a key appears twice in one object; keep one of them"
        }
    }
}

/// What a text may cost its reader.
public struct JSONLimits: Sendable {
    /// Nested arrays and objects.
    public var depthMax: Int
    /// Of the whole text; never above 2^28, which the tape's indexes can address.
    public var bytesMax: Int

    public init(depthMax: Int = Limits.jsonDepthMax, bytesMax: Int = Limits.bodyBytesMax) {
        self.depthMax = depthMax
        self.bytesMax = min(bytesMax, 1 << 28)
    }

    public static let standard = JSONLimits()
}
