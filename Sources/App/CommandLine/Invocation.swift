/// What one run of the program was asked to do.
struct Invocation: Sendable {
    let command: Command
    /// Values of the command's flags by name.
    let values: [String: String]
    let operands: [String]
    /// `--config FILE`.
    let configFile: String?
    /// `--json`: data on standard output as JSON.
    let json: Bool

    /// The value of a flag that the command declares as required.
    func required(_ name: String) -> String {
        guard let value = values[name] else {
            preconditionFailure("INVARIANT: --\(name) is declared as required")
        }
        return value
    }
}

/// What the words on the command line ask for.
enum Request {
    case help(Command?)
    case version
    case run(Invocation)

    /// Reads the arguments (without the program's own name).
    static func parse(_ arguments: [String], commands: [Command]) throws(CommandFailure) -> Request
    {
        var words: [String] = []
        var values: [(name: String, value: String?)] = []
        var rest = arguments[...]
        while let argument = rest.popFirst() {
            guard argument.utf8.starts(with: "--".utf8), argument.utf8.count > 2 else {
                words.append(argument)
                continue
            }
            let body = argument.utf8.dropFirst(2)
            if let equals = body.firstIndex(of: UInt8(ascii: "=")) {
                let name = String(decoding: body[..<equals], as: UTF8.self)
                values.append(
                    (name, String(decoding: body[body.index(after: equals)...], as: UTF8.self)))
            } else {
                let name = String(decoding: body, as: UTF8.self)
                let isSwitch = ["help", "json", "version"].contains(name)
                values.append((name, isSwitch ? nil : rest.popFirst()))
            }
        }
        if values.contains(where: { $0.name == "version" }) { return .version }
        let command = commands.first { words.starts(with: $0.words) }
        if values.contains(where: { $0.name == "help" }) || words.isEmpty || words == ["help"] {
            return .help(command)
        }
        guard let command else {
            throw CommandFailure(
                .usage,
                "`\(words.joined(separator: " "))` is no command: bailiwick --help lists them")
        }
        return .run(try invocation(command, Array(words.dropFirst(command.words.count)), values))
    }

    private static func invocation(
        _ command: Command, _ operands: [String], _ given: [(name: String, value: String?)]
    ) throws(CommandFailure) -> Invocation {
        var values: [String: String] = [:]
        for (name, value) in given where name != "json" {
            guard name == "config" || command.flags.contains(where: { $0.name == name }) else {
                throw CommandFailure(
                    .usage, "--\(name) is no flag here: bailiwick \(command.usage)")
            }
            guard let value else {
                throw CommandFailure(.usage, "--\(name) needs a value: bailiwick \(command.usage)")
            }
            guard values.updateValue(value, forKey: name) == nil else {
                throw CommandFailure(.usage, "--\(name) was given twice")
            }
        }
        for flag in command.flags where flag.required && values[flag.name] == nil {
            throw CommandFailure(.usage, "--\(flag.name) is missing: bailiwick \(command.usage)")
        }
        guard operands.isEmpty == (command.operands == nil) else {
            throw CommandFailure(
                .usage,
                command.operands.map { "\($0) is missing: bailiwick \(command.usage)" }
                    ?? "`\(operands[0])` is too much: bailiwick \(command.usage)")
        }
        return Invocation(
            command: command, values: values, operands: operands,
            configFile: values["config"], json: given.contains { $0.name == "json" })
    }
}
