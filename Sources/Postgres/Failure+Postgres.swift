// What the server's refusals and the connection's ends mean to the rest of the program.
internal import CPQ
internal import Core

extension Failure {
    /// From the error fields of a result. `detail` never holds the server's DETAIL line, and its
    /// message only where that does not quote values.
    init(result: OpaquePointer) {
        let state = Failure.field("C", of: result) ?? "?????"
        let constraint = Failure.field("n", of: result)
        let (code, message) = Failure.meaning(of: state)
        var detail = "SQLSTATE \(state)"
        // Class 22 (data exception) and raised exceptions may repeat what was sent.
        if !state.hasPrefix("22"), state != "P0001", let text = Failure.field("M", of: result) {
            detail += " " + text
        }
        let places: [(String, Unicode.Scalar)] = [
            ("table", "t"), ("column", "c"), ("constraint", "n"),
        ]
        for (label, name) in places {
            if let value = Failure.field(name, of: result) { detail += ", \(label) `\(value)`" }
        }
        if let line = Failure.line(of: result) { detail += ", line \(line)" }
        self.init(code, message, detail: detail, constraint: constraint)
    }

    /// Where in a text that the server itself was executing.
    private static func line(of result: OpaquePointer) -> Int? {
        guard let position = field("p", of: result).flatMap({ Int($0) }),
            let text = field("q", of: result)
        else { return nil }
        return 1 + text.unicodeScalars.prefix(position).count { $0 == "\n" }
    }

    private static func meaning(of state: String) -> (Code, String) {
        switch state {
        case "55P03": return (.timeout, "A record stayed locked by another change for too long.")
        case "57014": return (.timeout, "The database took too long over a statement.")
        case "25006": return (.unavailable, "The database takes no writes at the moment.")
        case "40001", "40P01":
            return (.unavailable, "Two changes met at the same records; try again.")
        default: break
        }
        switch state.prefix(2) {
        case "22": return (.invalid, "A value does not have the form the database needs.")
        case "23": return (.conflict, "The change contradicts what is stored.")
        case "08", "53", "57", "58", "XX": return (.unavailable, "The database is not available.")
        default: return (.internal, "The database refused a statement.")
        }
    }

    private static func field(_ name: Unicode.Scalar, of result: OpaquePointer) -> String? {
        PQresultErrorField(result, Int32(name.value)).map { String(cString: $0) }
    }

    static func databaseUnreachable(_ detail: String) -> Failure {
        Failure(.unavailable, "The database is not reachable.", detail: detail)
    }

    static func connectionLost(_ detail: String, outcomeUnknown: Bool) -> Failure {
        var failure = Failure(
            .unavailable, "The connection to the database was lost.", detail: detail)
        failure.outcomeUnknown = outcomeUnknown
        return failure
    }

    static func noAnswer(within nanoseconds: UInt64, outcomeUnknown: Bool) -> Failure {
        var failure = Failure(
            .timeout, "The database did not answer within \(nanoseconds / 1_000_000) ms.")
        failure.outcomeUnknown = outcomeUnknown
        return failure
    }

    /// SQLSTATEs of a prepared statement that the server no longer runs as it is: planned for
    /// other columns, or gone.
    static func isStale(result: OpaquePointer) -> Bool {
        let state = field("C", of: result)
        return state == "0A000" || state == "26000"
    }
}
