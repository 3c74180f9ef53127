internal import Core

/// `config check` and `config show`: what would be run with, without running it.
enum ConfigCommands {
    static let check = Command(
        ["config", "check"], "checks the configuration without starting anything"
    ) { (invocation) async throws(CommandFailure) in
        let config = try Config(invocation)
        _ = try config.databaseURL()
        _ = try config.masterKeyFile()
        Terminal.note("the configuration is valid")
        if invocation.json { Terminal.out(["valid": true]) }
    }

    static let show = Command(
        ["config", "show"], "prints every setting with its value; secrets are left out"
    ) { (invocation) async throws(CommandFailure) in
        let settings = try Settings(invocation)
        let shown = Setting.all.map { setting in
            settings[setting.name].map { setting.secret ? "(secret)" : $0 }
        }
        if invocation.json {
            let members = zip(Setting.all, shown).map { setting, value in
                JSONValue.Member(setting.name, value.map { .string($0) } ?? .null)
            }
            return Terminal.out(.object(members))
        }
        for (setting, value) in zip(Setting.all, shown) {
            let shown = value ?? "(not set)"
            Terminal.out("\(setting.name): \(shown)    # \(setting.help); \(setting.variable)")
        }
    }
}

extension Settings {
    init(_ invocation: Invocation) throws(CommandFailure) {
        try self.init(file: invocation.configFile, environment: Environment.variables())
    }
}

extension Config {
    init(_ invocation: Invocation) throws(CommandFailure) {
        try self.init(Settings(invocation))
    }
}
