internal import Core

/// Percent-decoding that answers one reading or none (RFC 3986 section 2.1).
enum PercentDecoding {
    /// Decodes; nil for a `%` without two hexadecimal digits.
    static func decode(_ bytes: ArraySlice<UInt8>, plusIsBlank: Bool = false) -> [UInt8]? {
        var out: [UInt8] = []
        out.reserveCapacity(bytes.count)
        var index = bytes.startIndex
        while index < bytes.endIndex {
            let byte = bytes[index]
            if byte == UInt8(ascii: "%") {
                guard index + 2 < bytes.endIndex, let high = bytes[index + 1].hexValue,
                    let low = bytes[index + 2].hexValue
                else { return nil }
                out.append(high << 4 | low)
                index += 3
            } else {
                out.append(plusIsBlank && byte == UInt8(ascii: "+") ? .space : byte)
                index += 1
            }
        }
        return out
    }

    /// A query's name or value as text.
    static func queryText(_ bytes: ArraySlice<UInt8>) throws(Failure) -> String {
        guard let decoded = decode(bytes, plusIsBlank: true),
            !decoded.contains(where: { $0 < 0x20 || $0 == 0x7F }),
            let text = String(validating: decoded, as: UTF8.self)
        else {
            throw Failure(
                .malformed, "the query holds a control byte or text that is not UTF-8")
        }
        return text
    }
}

/// The strict reading of a path as segments.
enum PathSegments {
    static func decode(_ path: ArraySlice<UInt8>) throws(Failure) -> [String] {
        guard path.first == .slash else { return [] }
        if path.count == 1 { return [] }
        let parts = path.dropFirst().split(
            separator: UInt8.slash, omittingEmptySubsequences: false)
        var segments: [String] = []
        segments.reserveCapacity(parts.count)
        for (index, part) in parts.enumerated() {
            segments.append(try segment(part, isLast: index == parts.count - 1))
        }
        return segments
    }

    private static func segment(
        _ part: ArraySlice<UInt8>, isLast: Bool
    ) throws(Failure) -> String {
        if part.isEmpty && !isLast { throw ambiguous }
        guard let bytes = PercentDecoding.decode(part),
            !bytes.contains(where: { $0 < 0x20 || $0 == 0x7F || $0 == .slash || $0 == 0x5C }),
            bytes != [0x2E], bytes != [0x2E, 0x2E],
            let text = String(validating: bytes, as: UTF8.self)
        else { throw ambiguous }
        return text
    }

    private static var ambiguous: Failure {
        Failure(
            .malformed,
            "the path holds an empty or dot segment, an encoded slash, a control byte or text "
                + "that is not UTF-8; write each segment plainly")
    }
}
