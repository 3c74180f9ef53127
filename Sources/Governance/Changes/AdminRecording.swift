internal import Core
internal import Vault

/// Puts what a change says about itself into the admin log, within the change's transaction.
enum AdminRecording {
    static func recorder(ids: IDGenerator, clock: Clock) -> ChangeRunner.Record {
        { (event, change, transaction) async throws(Failure) in
            var record = AdminRecord(
                event.action, id: ids.next(), time: clock.now(), change: change)
            record.objectKind = event.objectKind
            record.object = event.objectID
            record.before = event.before.map(digest)
            record.after = event.after.map(digest)
            if !event.details.isEmpty {
                record.query = String(
                    decoding: JSONValue.object(event.details).serialized(), as: UTF8.self)
            }
            try await AdminLog.append(record, in: transaction)
        }
    }

    /// SHA-256 over the RFC 8785 form of an object's state.
    private static func digest(_ state: JSONValue) -> Digest {
        SHA256.hash(state.canonical())
    }
}
