public import Core
internal import Policy
internal import Postgres

/// Policies on layers.
public struct Attachments: Sendable {
    let changes: ChangeRunner

    public func create(
        _ new: NewAttachment, by change: Change
    ) async throws(Failure) -> Changed<Attachment> {
        let (layer, mode) = try check(new, change.tenant)
        do {
            return try await changes.perform(
                change,
                replay: { (id, transaction) async throws(Failure) in
                    try await read(id, change.tenant, in: transaction)
                },
                body: { (transaction, now) async throws(Failure) in
                    let attachment = Attachment(
                        id: changes.ids.next(), layer: layer, targetID: new.targetID,
                        policyID: new.policyID, policyVersion: new.policyVersion, mode: mode,
                        version: 1, createdAt: now, updatedAt: now)
                    try await requireParts(attachment, change.tenant, in: transaction)
                    try await AttachmentStore.insert(attachment, change.tenant, in: transaction)
                    return try await effect(
                        "attachment.create", nil, attachment, change.tenant, in: transaction)
                })
        } catch  where error.constraint == "attachments_tenant_id_layer_target_id_mode_key" {
            throw Failure(
                .conflict,
                "This \(new.layer) has a policy attached in mode `\(new.mode)` already; change "
                    + "that attachment instead")
        }
    }

    public func get(_ tenant: TenantID, _ id: String) async throws(Failure) -> Attachment {
        try requireID(id, "attachment")
        guard let attachment = try await AttachmentStore.get(id, tenant, in: changes.database)
        else { throw .noSuch("attachment") }
        return attachment
    }

    public func list(
        _ tenant: TenantID, _ page: PageRequest
    ) async throws(Failure) -> Page<Attachment> {
        let attachments = try await AttachmentStore.list(
            tenant, after: try page.afterID(), limit: page.limit + 1, in: changes.database)
        return Page(of: attachments, limit: page.limit) { $0.id }
    }

    /// Points an attachment at another policy or version (`policyVersion` nil: the active one).
    public func update(
        _ id: String, policyID: String, policyVersion: Int?, ifVersion: Int, by change: Change
    ) async throws(Failure) -> Changed<Attachment> {
        try requireID(id, "attachment")
        return try await changes.perform(
            change,
            replay: { (id, transaction) async throws(Failure) in
                try await read(id, change.tenant, in: transaction)
            },
            body: { (transaction, now) async throws(Failure) in
                let before = try await read(id, change.tenant, in: transaction)
                guard before.version == ifVersion else { throw .changedMeanwhile("attachment") }
                let after = Attachment(
                    id: id, layer: before.layer, targetID: before.targetID, policyID: policyID,
                    policyVersion: policyVersion, mode: before.mode, version: before.version + 1,
                    createdAt: before.createdAt, updatedAt: now)
                try await requirePolicy(after, change.tenant, in: transaction)
                try await AttachmentStore.update(after, change.tenant, in: transaction)
                return try await effect(
                    "attachment.update", before, after, change.tenant, in: transaction)
            })
    }

    /// A grant without an enforced policy denies every call from then on.
    public func delete(_ id: String, by change: Change) async throws(Failure) {
        try requireID(id, "attachment")
        _ = try await changes.perform(
            change,
            replay: { (_, _) async throws(Failure) -> Attachment? in nil },
            body: { (transaction, _) async throws(Failure) in
                let before = try await read(id, change.tenant, in: transaction)
                try await AttachmentStore.delete(id, change.tenant, in: transaction)
                let event = AdminEvent(
                    action: "attachment.delete", objectKind: "attachment", objectID: id,
                    before: before.recorded)
                return ChangeRunner.Effect(
                    object: before as Attachment?, event: event,
                    scope: try await scope(of: before, change.tenant, in: transaction))
            })
    }

    private func effect(
        _ action: String, _ before: Attachment?, _ after: Attachment, _ tenant: TenantID,
        in transaction: Transaction
    ) async throws(Failure) -> ChangeRunner.Effect<Attachment> {
        ChangeRunner.Effect(
            object: after,
            event: AdminEvent(
                action: action, objectKind: "attachment", objectID: after.id,
                before: before?.recorded, after: after.recorded),
            scope: try await scope(of: after, tenant, in: transaction))
    }

    /// A grant's attachments are cached with the grant; the others are part of the snapshot.
    private func scope(
        of attachment: Attachment, _ tenant: TenantID, in transaction: Transaction
    ) async throws(Failure) -> Notice.Scope {
        guard attachment.layer == .grant else { return .configuration }
        return .tokens(
            try await GrantStore.tokenIDs(of: attachment.targetID, tenant, in: transaction))
    }

    private func check(
        _ new: NewAttachment, _ tenant: TenantID
    ) throws(Failure) -> (Layer, AttachmentMode) {
        var problems = Problems()
        let layer = problems.oneOf(new.layer, "/layer", as: Layer.self)
        let mode = problems.oneOf(new.mode, "/mode", as: AttachmentMode.self)
        if let mode, mode != .enforce {
            problems.add("/mode", "`\(mode.rawValue)` is not offered yet: use `enforce`")
        }
        if !isID(new.targetID) { problems.add("/target_id", "names no \(new.layer)") }
        if !isID(new.policyID) { problems.add("/policy_id", "names no policy") }
        try problems.check("The policy cannot be attached")
        return (layer ?? .grant, mode ?? .enforce)
    }

    private func requireParts(
        _ attachment: Attachment, _ tenant: TenantID, in transaction: Transaction
    ) async throws(Failure) {
        let exists =
            switch attachment.layer {
            case .tenant: attachment.targetID.utf8.elementsEqual(tenant.text.utf8)
            case .server:
                try await ServerStore.get(attachment.targetID, tenant, in: transaction) != nil
            case .grant:
                try await GrantStore.get(attachment.targetID, tenant, in: transaction) != nil
            }
        if !exists {
            throw Failure(
                .invalid, "The policy cannot be attached",
                errors: [
                    Failure.Field(
                        pointer: "/target_id", detail: "names no \(attachment.layer.rawValue)")
                ])
        }
        try await requirePolicy(attachment, tenant, in: transaction)
    }

    private func requirePolicy(
        _ attachment: Attachment, _ tenant: TenantID, in transaction: Transaction
    ) async throws(Failure) {
        var problems = Problems()
        let policy =
            isID(attachment.policyID)
            ? try await PolicyStore.get(attachment.policyID, tenant, in: transaction) : nil
        if let policy {
            if let number = attachment.policyVersion,
                !(1...policy.latestVersion).contains(number)
            {
                problems.add("/version", "is 1 to \(policy.latestVersion), or `active`")
            }
        } else {
            problems.add("/policy_id", "names no policy")
        }
        try problems.check("The policy cannot be attached")
    }

    private func read(
        _ id: String, _ tenant: TenantID, in transaction: Transaction
    ) async throws(Failure) -> Attachment {
        guard let attachment = try await AttachmentStore.get(id, tenant, in: transaction) else {
            throw .noSuch("attachment")
        }
        return attachment
    }
}

extension Attachment {
    var recorded: JSONValue {
        [
            "layer": .string(layer.rawValue), "target_id": .string(targetID),
            "policy_id": .string(policyID),
            "policy_version": policyVersion.map { .int($0) } ?? .string("active"),
            "mode": .string(mode.rawValue),
        ]
    }
}
