// libpq the plain way, for the command line: it waits for every answer and needs no reactor.
internal import CPQ
internal import Core

/// One session of `bailiwick migrate` and of the check before serving. Not for use on a reactor.
final class BlockingSession {
    private let handle: OpaquePointer

    init(url: String) throws(Failure) {
        let target = try ConnectionTarget(url: url, applicationName: "bailiwick-migrate")
        guard let handle = target.withKeywords({ PQconnectdbParams($0, $1, 1) }) else {
            throw .databaseUnreachable("out of memory")
        }
        self.handle = handle
        PQsetNoticeReceiver(handle, { _, _ in }, nil)
        guard PQstatus(handle) == CONNECTION_OK else {
            let text = PQerrorMessage(handle).map { String(cString: $0) } ?? ""
            let line = text.split(separator: "\n").first.map(String.init) ?? "no answer"
            throw Failure(.unavailable, "Cannot connect to the database: \(line).")
        }
        let version = PQserverVersion(handle)
        guard version >= 150_000 else {
            throw Failure(
                .unavailable, "PostgreSQL \(version / 10_000) is too old: 15 or newer is needed.")
        }
    }

    deinit { PQfinish(handle) }

    /// One statement with bound parameters.
    @discardableResult
    func query(_ query: Query) throws(Failure) -> [Row] {
        let count = query.parameters.list.count
        let types = query.parameters.list.map { Oid($0.type.number) }
        let sql = query.sql + [0]
        let result = query.withArguments { values, lengths, formats in
            sql.withUnsafeBufferPointer { text in
                text.withMemoryRebound(to: CChar.self) {
                    PQexecParams(
                        handle, $0.baseAddress, Int32(count), types, values, lengths, formats, 1)
                }
            }
        }
        return try check(result).rows
    }

    /// Text without parameters; the caller vouches for it.
    func run(_ text: [UInt8]) throws(Failure) {
        let result = (text + [0]).withUnsafeBufferPointer { text in
            text.withMemoryRebound(to: CChar.self) { PQexec(handle, $0.baseAddress) }
        }
        _ = try check(result)
    }

    private func check(_ result: OpaquePointer?) throws(Failure) -> ResultSet {
        guard let result else {
            let text = PQerrorMessage(handle).map { String(cString: $0) } ?? "out of memory"
            throw .connectionLost(text, outcomeUnknown: true)
        }
        let set = ResultSet(result)
        switch PQresultStatus(result) {
        case PGRES_TUPLES_OK, PGRES_COMMAND_OK, PGRES_EMPTY_QUERY: return set
        default: throw Failure(result: result)
        }
    }
}
