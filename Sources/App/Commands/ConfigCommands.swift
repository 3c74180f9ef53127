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
    }

    static let show = Command(
        ["config", "show"], "prints every setting with its value; secrets are left out"
    ) { (invocation) async throws(CommandFailure) in
        let settings = try Settings(invocation)
        for setting in Setting.all {
            let value = settings[setting.name]
            let shown = setting.secret && value != nil ? "(secret)" : value ?? "(not set)"
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
