// The MCP server behind the benchmarks: answers as cheaply as it can, so that what is measured is
// what stands in front of it. Not an example of anything else.
//
//     bench-upstream [--port N] [--threads N]
//
// Prints {"port":N} when it listens; SIGTERM ends it.
import Core
import Glibc
import Reactor

@main
enum Upstream {
    static func main() {
        do throws(Failure) {
            try serve()
        } catch {
            fail("bench-upstream: \(error.message) \(error.detail ?? "")\n")
        }
    }

    private static func serve() throws(Failure) {
        let group = try ReactorGroup(count: option("--threads") ?? 1)
        guard let address = SocketAddress(host: "127.0.0.1", port: option("--port") ?? 0) else {
            throw Failure(.invalid, "--port is a number up to 65535")
        }
        let listeners = try Listener.start(on: address, reactors: group.reactors) { stream in
            Connection(stream).pump()
        }
        try Signals.on([SIGTERM, SIGINT], reactor: group.reactors[0]) { _ in exit(0) }
        puts("{\"port\":\(listeners[0].address.port)}")
        fflush(nil)
        while true { pause() }
    }

    private static func option(_ name: String) -> Int? {
        let words = CommandLine.arguments
        guard let place = words.firstIndex(of: name), place + 1 < words.count else { return nil }
        return Int(words[place + 1])
    }

    private static func fail(_ text: String) -> Never {
        let bytes = Array(text.utf8)
        _ = write(2, bytes, bytes.count)
        exit(1)
    }
}
