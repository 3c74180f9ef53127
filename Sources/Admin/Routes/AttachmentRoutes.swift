internal import Core
internal import Governance
internal import HTTP

/// `/attachments`: which policy decides on which layer.
enum AttachmentRoutes {
    static let all: [Endpoint] = [
        Endpoint(
            .get, "/attachments", .view, "Lists the attachments",
            output: .page(of: Shapes.attachment)
        ) { (call) async throws(Failure) in
            let page = try await call.services.governance.attachments.list(
                call.tenant, call.page())
            return .list(page.items.map(\.view), next: page.next)
        },
        Endpoint(
            .post, "/attachments", .managePolicies, "Attaches a policy to a layer",
            input: Shapes.newAttachment, output: Shapes.attachment
        ) { (call) async throws(Failure) in
            let made = try await call.services.governance.attachments.create(
                try newAttachment(call.input), by: call.change)
            return .created(
                made.object.view, version: made.object.version,
                at: "/attachments/\(made.object.id)")
        },
        Endpoint(
            .get, "/attachments/{id}", .view, "Shows an attachment", output: Shapes.attachment
        ) { (call) async throws(Failure) in
            let attachment = try await call.services.governance.attachments.get(
                call.tenant, call["id"])
            return .object(attachment.view, version: attachment.version)
        },
        Endpoint(
            .put, "/attachments/{id}", .managePolicies,
            "Puts another policy or version in the attachment's place", precondition: .ifMatch,
            input: Shapes.newAttachment, output: Shapes.attachment
        ) { (call) async throws(Failure) in
            let changed = try await call.services.governance.attachments.update(
                call["id"], policyID: call.input.string("policy_id"),
                policyVersion: call.input.int("version"), ifVersion: call.expectedVersion,
                by: call.change)
            return .object(changed.object.view, version: changed.object.version)
        },
        Endpoint(
            .delete, "/attachments/{id}", .managePolicies, "Detaches a policy",
            input: Shapes.reason
        ) { (call) async throws(Failure) in
            try await call.services.governance.attachments.delete(
                call["id"], by: call.change)
            return .nothing
        },
    ]

    private static func newAttachment(_ input: Input) throws(Failure) -> NewAttachment {
        if let rollout = input["rollout"], rollout.int != 100 {
            throw Failure(
                .invalid, "a rollout of 100 percent is what can be attached",
                errors: [.init(pointer: "/rollout", detail: "is 100 or absent")])
        }
        return NewAttachment(
            layer: input.string("layer"), targetID: input.string("target_id"),
            policyID: input.string("policy_id"), policyVersion: input.int("version"),
            mode: input.optional("mode") ?? "enforce")
    }
}
