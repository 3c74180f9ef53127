internal import Core
internal import Policy
internal import Reactor

/// `policy check` and `policy eval`: what a policy author runs, without a database.
enum PolicyCommands {
    static let check = Command(
        ["policy", "check"], "names every error of policy files, with line and remedy",
        operands: "FILE…"
    ) { (invocation) async throws(CommandFailure) in
        var lines: [String] = []
        var files: [JSONValue] = []
        for file in invocation.operands {
            switch PolicyDocument.parse(try policyBytes(file)) {
            case .success(let document):
                for warning in document.warnings { Terminal.note("\(file): warning: \(warning)") }
                Terminal.note("\(file): valid")
                files.append(verdict(file, [], warnings: document.warnings))
            case .failure(let issues):
                lines += issues.issues.map { "\(file): \($0)" }
                files.append(verdict(file, issues.issues, warnings: []))
            }
        }
        if invocation.json { Terminal.out(["files": .array(files)]) }
        if !lines.isEmpty { throw CommandFailure(.failed, lines: lines) }
    }

    static let eval = Command(
        ["policy", "eval"], "decides one call by a policy and prints the decision as JSON",
        flags: [
            .init("policy", "FILE", required: true, "the policy"),
            .init("call", "FILE", required: true, #"{"tool": "…", "args": {…}}"#),
            .init("context", "FILE", #"{"time": "…", "counters": {…}, …}; all of it optional"#),
        ]
    ) { (invocation) async throws(CommandFailure) in
        let file = invocation.required("policy")
        let document: PolicyDocument
        switch PolicyDocument.parse(try policyBytes(file)) {
        case .success(let parsed): document = parsed
        case .failure(let issues):
            throw CommandFailure(.failed, lines: issues.issues.map { "\(file): \($0)" })
        }
        let call = try FileReading.bytes(invocation.required("call"), what: "the call")
        var context: [UInt8]?
        if let path = invocation.values["context"] {
            context = try FileReading.bytes(path, what: "the context")
        }
        switch PolicyEvaluation.evaluate(
            CompiledPolicy(document), name: nil, call: call, context: context,
            now: Clock.live.now())
        {
        case .success(let evaluation):
            for note in evaluation.notes { Terminal.note(note) }
            Terminal.out(String(decoding: evaluation.serialized, as: UTF8.self))
        case .failure(let issues):
            throw CommandFailure(.failed, lines: issues.issues.map(\.description))
        }
    }

    /// What `check --json` says of a file.
    private static func verdict(
        _ file: String, _ errors: [PolicyIssue], warnings: [PolicyIssue]
    ) -> JSONValue {
        let list = { (issues: [PolicyIssue]) in
            JSONValue.array(
                issues.map {
                    [
                        "pointer": .string($0.pointer), "line": $0.line.map { .int($0) } ?? .null,
                        "detail": .string($0.message),
                    ]
                })
        }
        return [
            "file": .string(file), "valid": .bool(errors.isEmpty), "errors": list(errors),
            "warnings": list(warnings),
        ]
    }

    private static func policyBytes(_ file: String) throws(CommandFailure) -> [UInt8] {
        try FileReading.bytes(file, what: "the policy", bytesMax: Limits.policyBytesMax)
    }
}
