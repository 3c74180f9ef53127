internal import Core
internal import HTTP
internal import Postgres

/// The operator's listener: whether the process lives, and whether it can do its work.
struct OpsServer: Sendable {
    let database: Database
    /// Whether the process was told to end: then it is no longer ready.
    let isDraining: Locked<Bool>

    func handle(_ request: HTTP.Request) async -> Response {
        guard request.method == .get || request.method == .head else {
            var response = Response(status: 405, text: "GET is taken here\n")
            response.headers.set("allow", "GET, HEAD")
            return response
        }
        switch request.target.path {
        case "/livez": return Response(text: "ok\n")
        case "/readyz": return await readiness()
        default: return Response(status: 404, text: "/livez and /readyz answer here\n")
        }
    }

    private func readiness() async -> Response {
        var checks: [(name: String, problem: String?)] = []
        checks.append(("serving", isDraining.withLock { $0 } ? "draining" : nil))
        do {
            try await database.ping()
            checks.append(("database", nil))
        } catch {
            checks.append(("database", "not reachable"))
        }
        let lines = checks.map {
            "\($0.problem == nil ? "[+]" : "[-]")\($0.name) \($0.problem ?? "ok")"
        }
        let isReady = checks.allSatisfy { $0.problem == nil }
        return Response(
            status: isReady ? 200 : 503, text: lines.joined(separator: "\n") + "\n")
    }
}
