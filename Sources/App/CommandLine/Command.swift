/// One verb of the command line: its words, what it takes and what it does.
struct Command: Sendable {
    struct Flag: Sendable {
        let name: String
        /// What stands for the value in the manual.
        let placeholder: String
        let required: Bool
        let help: String

        init(_ name: String, _ placeholder: String, required: Bool = false, _ help: String) {
            self.name = name
            self.placeholder = placeholder
            self.required = required
            self.help = help
        }
    }

    /// `["tenant", "create"]`.
    let words: [String]
    let summary: String
    let flags: [Flag]
    /// What the positional arguments are called, or nil where there are none.
    let operands: String?
    let run: @Sendable (Invocation) async throws(CommandFailure) -> Void

    init(
        _ words: [String], _ summary: String, flags: [Flag] = [], operands: String? = nil,
        run: @escaping @Sendable (Invocation) async throws(CommandFailure) -> Void
    ) {
        self.words = words
        self.summary = summary
        self.flags = flags
        self.operands = operands
        self.run = run
    }

    /// How to write it: `tenant create --slug SLUG --name NAME`.
    var usage: String {
        let options = flags.map { flag in
            flag.required
                ? "--\(flag.name) \(flag.placeholder)" : "[--\(flag.name) \(flag.placeholder)]"
        }
        return (words + options + (operands.map { [$0] } ?? [])).joined(separator: " ")
    }
}
