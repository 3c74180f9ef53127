// The composition root: reads the command line, runs one command, ends with its exit code.

internal import Glibc

public enum Program {
    /// Every command, in the order of the manual.
    static let commands: [Command] = [
        ServeCommand.serve, MigrateCommand.migrate, TenantCommands.create, MemberCommands.create,
        TokenCommands.create, PolicyCommands.check, PolicyCommands.eval, ConfigCommands.check,
        ConfigCommands.show, DemoDeskCommand.demoDesk,
    ]

    /// Runs the program with these arguments (without its own name) and ends the process.
    public static func main(_ arguments: [String]) async -> Never {
        // Not `exit`: the event loops still run, and nothing of ours is left to be flushed.
        _exit(await run(arguments))
    }

    /// Runs one command and answers the exit code.
    static func run(_ arguments: [String]) async -> Int32 {
        do {
            switch try Request.parse(arguments, commands: commands) {
            case .version: Terminal.out(Manual.version)
            case .help(let command): Terminal.out(Manual.text(command, commands: commands))
            case .run(let invocation): try await invocation.command.run(invocation)
            }
            return 0
        } catch {
            for line in error.lines { Terminal.note("bailiwick: \(line)") }
            return error.code.rawValue
        }
    }
}
