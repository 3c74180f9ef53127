// bailiwick – keeps every AI agent inside its sphere of authority.
//
//   bailiwick [--config FILE] COMMAND [--json]
//
// `bailiwick --help` lists the commands, `bailiwick COMMAND --help` says more about one. Data goes
// to standard output, notes to standard error. Exit codes: 0 ok, 1 failed, 2 usage, 3 not found,
// 4 denied, 5 conflict.

internal import App
internal import Glibc

@main
struct Bailiwick {
    static func main() async {
        // Not `exit`: the event loops still run, and nothing of ours is left to be flushed.
        _exit(await Program.run(Array(CommandLine.arguments.dropFirst())))
    }
}
