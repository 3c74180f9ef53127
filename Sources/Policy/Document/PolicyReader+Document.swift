import Core

/// The top of a document: version, description, default, hide, tools.
extension PolicyReader {
    mutating func document(_ root: Place) -> PolicyDocument? {
        guard readsVersion(root) else { return nil }
        let known = ["version", "description", "default", "hide", "tools"]
        guard let top = fields(root, known: known, of: "a policy") else { return nil }
        let description = top["description"].flatMap { readDescription($0) }
        let posture = readPosture(top, root)
        let hidden = top["hide"].map { readHide($0) } ?? HiddenTools()
        let (tools, everyCall) = top["tools"].map { readTools($0) } ?? ([], [])
        return PolicyDocument(
            version: .one, description: description, posture: posture, warnings: warnings,
            hidden: hidden, tools: tools, everyCall: everyCall, counters: counters)
    }

    /// False when the document is of a version whose shape is another, so that only that is said.
    private mutating func readsVersion(_ root: Place) -> Bool {
        guard let entries = root.node.entries else { return true }
        let reads = PolicyDocument.Version.allCases
            .map { "\"\($0.rawValue)\"" }.joined(separator: ", ")
        let fields = Fields(place: root, entries: entries)
        guard let place = fields["version"] else {
            report(
                root.pointer.member("version"), line: root.node.line,
                "`version` is missing; write `version: \"1\"` (this build reads \(reads))")
            return true
        }
        guard let scalar = place.node.scalar, !place.node.isNull else {
            report(place, "`version` is text such as \"1\"; this is \(place.node.kindName)")
            return true
        }
        // `version: 1` without quotes is read as Intercept reads it.
        if scalar.text.elementsEqual("1".utf8) { return true }
        let written = String(decoding: scalar.text, as: UTF8.self)
        report(place, "this build reads version \(reads), not `\(written)`")
        return !scalar.text.elementsEqual("2".utf8)
    }

    private mutating func readDescription(_ place: Place) -> String? {
        guard let description = place.node.string else {
            report(place, "`description` is text; this is \(place.node.kindName)")
            return nil
        }
        return description
    }

    private mutating func readPosture(_ top: Fields, _ root: Place) -> PolicyDocument.Posture {
        guard let place = top["default"] else {
            let place = Place(node: root.node, pointer: root.pointer.member("default"))
            warn(
                place,
                "`default` is omitted, which allows every tool that `tools` does not name; "
                    + "write `default: deny` to allow only the tools named")
            return .allow
        }
        let posture = word(place, "`default`", PolicyDocument.Posture.self) ?? .deny
        if posture == .allow {
            warn(place, "`default: allow` allows every tool that `tools` does not name")
        }
        return posture
    }

    private mutating func readHide(_ place: Place) -> HiddenTools {
        var hidden = HiddenTools()
        for entry in list(place, of: "`hide`") ?? [] {
            guard let name = text(entry, "a hidden tool's name") else { continue }
            let written = String(decoding: name, as: UTF8.self)
            if name.elementsEqual("*".utf8) {
                if hidden.all { report(entry, "duplicate entry `*`; keep one of them") }
                hidden.all = true
                continue
            }
            if !hidden.names.insert(name).inserted {
                report(entry, "duplicate entry `\(written)`; keep one of them")
            }
            warnOfGlob(name, entry)
        }
        return hidden
    }

    /// In version 1 a name with `*` or `?` inside is that very name.
    mutating func warnOfGlob(_ name: [UInt8], _ place: Place) {
        let wild: Set<UInt8> = [UInt8(ascii: "*"), UInt8(ascii: "?")]
        guard name.contains(where: wild.contains) else { return }
        let written = String(decoding: name, as: UTF8.self)
        warn(
            place,
            "`\(written)` means a tool of exactly this name: version 1 has no patterns but `*` "
                + "alone")
    }
}
