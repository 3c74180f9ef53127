import Core

/// What rules count: `state` blocks and the `rate_limit` shorthand.
extension PolicyReader {
    /// `state: {counter, window, increment, increment_from}`
    mutating func readState(_ place: Place, tool: [UInt8], into draft: inout RuleDraft) {
        let known = ["counter", "window", "increment", "increment_from"]
        guard let fields = fields(place, known: known, of: "`state`") else { return }
        var name: [UInt8]?
        if let given = fields["counter"] {
            name = text(given, "`counter`")
        } else {
            report(place, "`state` needs a `counter`")
        }
        var window: CounterWindow?
        if let given = fields["window"] {
            window = word(given, "`window`", CounterWindow.self)
        } else {
            report(place, "`state` needs a `window`: `minute`, `hour` or `day`")
        }
        if let given = fields["increment"] { readIncrement(given, into: &draft) }
        var measure = CounterDefinition.Measure.calls
        if let given = fields["increment_from"] {
            measure = .sum
            if let increment = fields["increment"] {
                warn(increment, "`increment_from` stands in place of `increment`; remove one")
            }
            if let path = readArgumentPath(given, "`increment_from`") {
                draft.increment = .argument(path)
            }
        }
        guard let name else { return }
        draft.counter = define(
            name, window: window ?? .minute, measure: measure, tool: tool,
            at: fields["counter"] ?? place)
    }

    private mutating func readIncrement(_ place: Place, into draft: inout RuleDraft) {
        guard let number = place.node.number, ExactDecimal(0) < number else {
            report(place, "`increment` is a number above 0; \(Self.quoted(place)) is not")
            return
        }
        draft.increment = .fixed(number)
    }

    /// `rate_limit: 5/hour`: at most so many calls in each window.
    mutating func readRate(
        _ place: Place, of fields: Fields, tool: [UInt8], into draft: inout RuleDraft
    ) {
        if fields["conditions"] != nil || fields["state"] != nil {
            report(
                place,
                "`rate_limit` cannot stand beside `conditions` or `state`; make two rules")
        }
        if draft.action == .deny, let action = fields["action"], action.node.utf8 != nil {
            report(place, "`rate_limit` cannot stand in a rule that denies; remove one")
        }
        guard let text = place.node.utf8 else {
            report(place, "`rate_limit` is text such as `5/hour`; this is \(place.node.kindName)")
            return
        }
        let parts = text.split(
            separator: UInt8(ascii: "/"), maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2 else {
            report(place, "`rate_limit` is `<count>/<window>`, such as `5/hour`")
            return
        }
        let count = Self.wholeNumber(parts[0])
        if count == nil {
            report(
                place,
                "`rate_limit` counts with a whole number above 0; "
                    + "`\(String(decoding: parts[0], as: UTF8.self))` is not one")
        }
        let window = CounterWindow.allCases.first { $0.rawValue.utf8.elementsEqual(parts[1]) }
        if window == nil {
            let words = CounterWindow.allCases.map(\.rawValue)
            report(
                place,
                "the window of `rate_limit` is `minute`, `hour` or `day`; "
                    + "`\(String(decoding: parts[1], as: UTF8.self))` is not"
                    + Suggestion.phrase(for: [UInt8](parts[1]), among: words))
        }
        guard let count, let window else { return }
        draft.rate = ExactDecimal(count)
        draft.defaultMessage =
            "Rate limit of \(count) per \(window.rawValue) reached. Try again later."
        let name = [UInt8]("_rate_\(window.rawValue)".utf8)
        draft.counter = define(name, window: window, measure: .calls, tool: tool, at: place)
    }

    private static func wholeNumber(_ digits: ArraySlice<UInt8>) -> Int? {
        guard digits.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        return Int(String(decoding: digits, as: UTF8.self)).flatMap { $0 > 0 ? $0 : nil }
    }

    /// Enters a counter; reports a name that is taken, for two rules would count into one.
    private mutating func define(
        _ name: [UInt8], window: CounterWindow, measure: CounterDefinition.Measure,
        tool: [UInt8], at place: Place
    ) -> Int? {
        let scope = tool.elementsEqual("*".utf8) ? [UInt8]("_global".utf8) : tool
        let full = scope + [UInt8(ascii: ".")] + name
        let text = String(decoding: full, as: UTF8.self)
        if let taken = counterPlaces[full] {
            report(
                place,
                "the counter `\(text)` is kept by another rule (\(taken.pointer)); "
                    + "use another counter, or another window with `rate_limit`")
            return nil
        }
        counterPlaces[full] = (counters.count, place.pointer.text)
        counters.append(
            CounterDefinition(name: CounterName(text), window: window, measure: measure))
        return counters.count - 1
    }

    /// A value as written, for a message.
    static func quoted(_ place: Place) -> String {
        guard let scalar = place.node.scalar else { return place.node.kindName }
        return "`\(String(decoding: scalar.text.prefix(64), as: UTF8.self))`"
    }
}
