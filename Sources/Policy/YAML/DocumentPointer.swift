/// The way to a value in a document, as authors read it: `tools.create_refund.rules[2].when`.
/// A name that holds anything but letters, digits, `_`, `-`, `*` and `@` stands in quotes:
/// `tools["a.b"]`.
struct DocumentPointer {
    let text: String

    static let root = DocumentPointer(text: "")

    func member(_ key: [UInt8]) -> DocumentPointer {
        let name = String(decoding: key, as: UTF8.self)
        let isPlain =
            !key.isEmpty
            && key.allSatisfy {
                (0x30...0x39).contains($0) || (0x41...0x5A).contains($0)
                    || (0x61...0x7A).contains($0) || [0x5F, 0x2D, 0x2A, 0x40].contains($0)
            }
        if isPlain { return DocumentPointer(text: text.isEmpty ? name : "\(text).\(name)") }
        let quoted = name.replacingBackslashesAndQuotes
        return DocumentPointer(text: "\(text)[\"\(quoted)\"]")
    }

    func member(_ key: String) -> DocumentPointer { member([UInt8](key.utf8)) }

    func element(_ index: Int) -> DocumentPointer {
        DocumentPointer(text: "\(text)[\(index)]")
    }
}

extension String {
    fileprivate var replacingBackslashesAndQuotes: String {
        var result = ""
        for scalar in unicodeScalars {
            if scalar.value == 0x22 || scalar.value == 0x5C { result.unicodeScalars.append("\\") }
            result.unicodeScalars.append(scalar)
        }
        return result
    }
}
