internal import Core
internal import Governance
internal import HTTP
internal import Policy

/// `/policies`: documents in immutable versions, one of them active, and what they would decide.
enum PolicyRoutes {
    static let all: [Endpoint] = documents + versions

    private static let documents: [Endpoint] = [
        Endpoint(
            .get, "/policies", .view, "Lists the policies", output: .page(of: Shapes.policy)
        ) { (call) async throws(Failure) in
            let page = try await call.services.governance.policies.list(call.tenant, call.page())
            return .list(page.items.map { $0.view() }, next: page.next)
        },
        Endpoint(
            .post, "/policies", .managePolicies, "Saves a policy; its first version is active",
            input: Shapes.newPolicy, output: Shapes.policy
        ) { (call) async throws(Failure) in
            let document = call.input.string("document")
            let made = try await call.services.governance.policies.create(
                name: call.input.string("name"), document: document, by: call.change)
            return .created(
                made.object.view(warnings: warnings(document)), version: made.object.version,
                at: "/policies/\(made.object.id)")
        },
        Endpoint(
            .get, "/policies/{id}", .view, "Shows a policy", output: Shapes.policy
        ) { (call) async throws(Failure) in
            let policy = try await call.services.governance.policies.get(call.tenant, call["id"])
            return .object(policy.view(), version: policy.version)
        },
        Endpoint(
            .put, "/policies/{id}/active", .managePolicies,
            "Makes a version the active one, from the next call on", precondition: .ifMatch,
            input: Shapes.active, output: Shapes.policy
        ) { (call) async throws(Failure) in
            let changed = try await call.services.governance.policies.activate(
                call["id"], number: call.input.int("version") ?? 0,
                ifVersion: call.expectedVersion, by: call.change)
            return .object(changed.object.view(), version: changed.object.version)
        },
        Endpoint(
            .post, "/policies/{id}/evaluations", .view, "Decides one call without making it",
            input: Shapes.evaluation, output: Shapes.decision
        ) { (call) async throws(Failure) in try await evaluate(call) },
    ]

    private static let versions: [Endpoint] = [
        Endpoint(
            .get, "/policies/{id}/versions", .view, "Lists a policy's versions",
            output: .page(of: Shapes.version)
        ) { (call) async throws(Failure) in
            let page = try await call.services.governance.policies.versions(
                call.tenant, call["id"], call.page())
            return .list(page.items.map(\.view), next: page.next)
        },
        Endpoint(
            .post, "/policies/{id}/versions", .managePolicies,
            "Saves a new version; it is not active yet", input: Shapes.newVersion,
            output: Shapes.version
        ) { (call) async throws(Failure) in
            let made = try await call.services.governance.policies.addVersion(
                call["id"], document: call.input.string("document"), by: call.change)
            return .created(
                made.object.view, at: "/policies/\(call["id"])/versions/\(made.object.number)")
        },
        Endpoint(
            .get, "/policies/{id}/versions/{n}", .view, "Shows one version, byte for byte",
            output: Shapes.version
        ) { (call) async throws(Failure) in
            let version = try await call.services.governance.policies.version(
                call.tenant, call["id"], number: Int(call["n"]) ?? 0)
            return .object(version.view)
        },
    ]

    private static func warnings(_ document: String) -> [String] {
        guard case .success(let parsed) = PolicyDocument.parse(Array(document.utf8)) else {
            return []
        }
        return parsed.warnings.map(\.description)
    }

    private static func evaluate(_ call: Call) async throws(Failure) -> Answer {
        let policies = call.services.governance.policies
        let policy = try await policies.get(call.tenant, call["id"])
        let number = call.input.int("version") ?? policy.activeVersion
        let version = try await policies.version(call.tenant, policy.id, number: number)
        let document: PolicyDocument
        switch PolicyDocument.parse(Array(version.document.utf8)) {
        case .success(let parsed): document = parsed
        case .failure(let issues):
            throw Failure(
                .invalid, "the stored document is not readable by this version",
                detail: issues.issues.first?.description)
        }
        guard let subject = call.input["call"] else { return .nothing }
        switch PolicyEvaluation.evaluate(
            CompiledPolicy(document), name: policy.id, call: subject,
            context: call.input["context"], now: call.services.clock.now())
        {
        case .success(let evaluation):
            return Answer(raw: evaluation.serialized)
        case .failure(let issues):
            throw Failure(
                .invalid, "the call or its context cannot be read",
                errors: issues.issues.map { .init(pointer: $0.pointer, detail: $0.message) })
        }
    }
}
