// bailiwick – keeps every AI agent inside its sphere of authority.
//
//   bailiwick [--config FILE] COMMAND [--json]
//
// `bailiwick --help` lists the commands, `bailiwick COMMAND --help` says more about one. Data goes
// to standard output, notes to standard error. Exit codes: 0 ok, 1 failed, 2 usage, 3 not found,
// 4 denied, 5 conflict.

internal import App

@main
struct Bailiwick {
    static func main() async {
        await Program.main(Array(CommandLine.arguments.dropFirst()))
    }
}
