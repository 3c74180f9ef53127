/// One thing wrong with a policy document (or, as a warning, worth a second look).
public struct PolicyIssue: Sendable, Hashable, CustomStringConvertible {
    /// The way to the value, such as `tools.create_refund.rules[2].conditions[0].op`; empty for
    /// the document as a whole.
    public let pointer: String
    /// Counted from 1; nil when the place has no line.
    public let line: Int?
    /// What is wrong and what would be right.
    public let message: String

    public init(pointer: String, line: Int?, message: String) {
        self.pointer = pointer
        self.line = line
        self.message = message
    }

    /// `line 4: tools.create_refund: …`, as the command line prints it.
    public var description: String {
        let place = line.map { "line \($0): " } ?? ""
        return place + (pointer.isEmpty ? "" : "\(pointer): ") + message
    }
}

/// Everything wrong with a policy document, in document order.
public struct PolicyIssues: Error, Sendable {
    public let issues: [PolicyIssue]

    public init(_ issues: [PolicyIssue]) {
        self.issues = issues
    }
}
