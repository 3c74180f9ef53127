internal import Core
internal import Policy
internal import Postgres
internal import Vault

/// Finds grants by their tokens' ids, many in one round trip.
enum GrantAccessStore {
    /// For each id two statements in one transaction: find the tenant, then under that tenant the
    /// grant. The same work whether or not there is one.
    static func load(
        _ ids: [String], in database: Database
    ) async throws(Failure) -> [GrantAccess?] {
        let answers = try await database.batch(ids.flatMap { lookUp($0) }, tenant: nil)
        var found: [GrantAccess?] = []
        for index in ids.indices {
            found.append(
                try answers[index * 2 + 1].first.map { (row) throws(Failure) in try decode(row) })
        }
        return found
    }

    private static func lookUp(_ id: String) -> [Query] {
        [
            """
            SELECT set_config('app.tenant', coalesce(
            directory_tenant_of_token('grant_token', \(id))::text, ''), true)
            """,
            """
            SELECT t.id AS token_id, t.secret_hash, g.id AS grant_id, g.label, g.read_only,
            least(t.expires_at, g.expires_at) AS expires_at,
            t.revoked_at IS NOT NULL OR g.revoked_at IS NOT NULL AS is_revoked,
            a.id AS agent_id, a.name AS agent_name, a.environment, n.tenant_id, n.slug,
            ARRAY(SELECT s.server_id::text FROM grant_servers s
                WHERE s.tenant_id = g.tenant_id AND s.grant_id = g.id) AS server_ids,
            p.policies, p.versions, p.modes
            FROM grant_tokens t
            JOIN grants g ON g.tenant_id = t.tenant_id AND g.id = t.grant_id
            JOIN agents a ON a.tenant_id = g.tenant_id AND a.id = g.agent_id
            JOIN tenants n ON n.tenant_id = t.tenant_id
            CROSS JOIN LATERAL (
                SELECT array_agg(x.policy_id::text) AS policies,
                array_agg(x.policy_version) AS versions, array_agg(x.mode) AS modes
                FROM attachments x WHERE x.tenant_id = g.tenant_id
                AND x.layer = 'grant' AND x.target_id = g.id) AS p
            WHERE t.tenant_id = nullif(current_setting('app.tenant', true), '')::uuid
            AND t.id = \(id)
            """,
        ]
    }

    private static func decode(_ row: Row) throws(Failure) -> GrantAccess {
        guard let hash = Digest(try row.bytes("secret_hash")) else {
            throw Failure(
                .internal, "The database answered something unexpected.",
                detail: "grant token: hash length")
        }
        let grantID = try row.string("grant_id")
        var policies: [PolicyAttachment] = []
        if try !row.isNull("policies") {
            let ids = try row.strings("policies")
            let versions = try row.optionalInts("versions")
            for (index, mode) in try row.strings("modes").enumerated() {
                policies.append(
                    PolicyAttachment(
                        grant: grantID, policyID: ids[index], policyVersion: versions[index],
                        mode: AttachmentMode(rawValue: mode) ?? .enforce))
            }
        }
        return GrantAccess(
            tenant: try row.tenant("tenant_id"), tenantSlug: try row.utf8("slug"),
            grantID: grantID, tokenID: try row.string("token_id"),
            label: try row.string("label"), agentID: try row.string("agent_id"),
            agentName: try row.string("agent_name"),
            agentEnvironment: try row.string("environment"),
            serverIDs: try row.strings("server_ids"), isReadOnly: try row.bool("read_only"),
            expiresAt: try row.optionalTimestamp("expires_at"),
            isRevoked: try row.bool("is_revoked"), hash: hash, policies: policies)
    }
}
