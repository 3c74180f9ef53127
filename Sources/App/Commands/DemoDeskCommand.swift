internal import Core
internal import HTTP
internal import Reactor

/// `demo-desk`: the support desk that a newcomer governs first.
enum DemoDeskCommand {
    static let demoDesk = Command(
        ["demo-desk"], "runs the demo's MCP server, a small support desk",
        flags: [
            .init("listen", "ADDRESS", required: true, "as 127.0.0.1:8090"),
            .init("token-file", "FILE", required: true, "the token that requests must carry"),
        ]
    ) { (invocation) async throws(CommandFailure) in
        let token = try FileReading.line(
            invocation.required("token-file"), what: "the desk's token")
        let address = try Config.Address(invocation.required("listen"), named: "--listen")
        let runtime = try Runtime(reactors: 1, logLevel: .info)
        let desk = DeskServer(token: token)
        let server = HTTPServer(
            reactors: runtime.reactors, address: try address.socketAddress(named: "--listen")
        ) { request in await desk.handle(request) }
        do throws(Failure) {
            try server.start()
        } catch {
            throw CommandFailure(error)
        }
        Terminal.note("the demo desk answers on http://\(invocation.required("listen"))/mcp")
        await Termination.signal(runtime)
        await server.drain(graceNanoseconds: 1_000_000_000)
    }
}
