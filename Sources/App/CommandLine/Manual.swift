/// The text of `--help`, made from the list of commands so that it cannot go stale.
enum Manual {
    static let version = "0.1.0"

    static func text(_ command: Command?, commands: [Command]) -> String {
        command.map(page) ?? overview(commands)
    }

    private static func overview(_ commands: [Command]) -> String {
        let width = (commands.map { $0.words.joined(separator: " ").utf8.count }.max() ?? 0) + 2
        let lines = commands.map { command in
            let name = command.words.joined(separator: " ")
            let gap = String(repeating: " ", count: width - name.utf8.count)
            return "  \(name)\(gap)\(command.summary)"
        }
        return """
            Bailiwick \(version) keeps every AI agent inside its sphere of authority.

            usage: bailiwick [--config FILE] COMMAND [--json]

            \(lines.joined(separator: "\n"))

            bailiwick COMMAND --help says more. Configuration: file < BAILIWICK_SECTION__KEY.
            Exit codes: 0 ok, 1 failed, 2 usage, 3 not found, 4 denied, 5 conflict.
            """
    }

    private static func page(_ command: Command) -> String {
        var text = "\(command.summary)\n\nusage: bailiwick [--config FILE] \(command.usage)\n"
        for flag in command.flags {
            text += "\n  --\(flag.name) \(flag.placeholder)  \(flag.help)"
        }
        return text
    }
}
