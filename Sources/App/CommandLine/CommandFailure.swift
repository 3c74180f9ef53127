internal import Core

/// How a command ends when it does not succeed: one line for the person and an exit code for the
/// script (0 ok, 1 failed, 2 usage, 3 not found, 4 denied, 5 conflict).
struct CommandFailure: Error {
    enum Code: Int32 {
        case failed = 1
        case usage = 2
        case notFound = 3
        case denied = 4
        case conflict = 5
    }

    var code: Code
    /// One or more lines, each of them complete: what is wrong and what would be right.
    var lines: [String]

    init(_ code: Code, _ message: String) {
        self.code = code
        self.lines = [message]
    }

    init(_ code: Code, lines: [String]) {
        self.code = code
        self.lines = lines
    }

    init(_ failure: Failure) {
        self.code =
            switch failure.code {
            case .invalid, .malformed: .usage
            case .notFound: .notFound
            case .unauthenticated, .forbidden: .denied
            case .conflict: .conflict
            default: .failed
            }
        let fields = failure.errors.map { "\($0.pointer): \($0.detail)" }
        self.lines = [([failure.message] + fields).joined(separator: "; ")]
    }
}
