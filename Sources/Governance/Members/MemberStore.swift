internal import Core
internal import Postgres
internal import Vault

/// The `principals` table.
enum MemberStore {
    static func insert(
        _ member: Member, passwordHash: String?, _ tenant: TenantID, in transaction: Transaction
    ) async throws(Failure) {
        _ = try await transaction.query(
            """
            INSERT INTO principals (tenant_id, id, kind, name, email, email_digest, password_hash,
            roles, created_at)
            VALUES (\(tenant), \(member.id), 'member', \(member.name), \(member.email),
            \(digest(ofEmail: member.email)), \(passwordHash),
            \(member.roles.map { $0.rawValue }), \(member.createdAt))
            """)
    }

    static func get(
        _ id: String, _ tenant: TenantID, in transaction: Transaction
    ) async throws(Failure) -> Member? {
        let rows = try await transaction.query(
            """
            SELECT id, email, name, roles, version, created_at FROM principals
            WHERE tenant_id = \(tenant) AND id = \(id) AND kind = 'member'
            """)
        guard let row = rows.first else { return nil }
        return Member(
            id: try row.string("id"), email: try row.string("email"),
            name: try row.string("name"), roles: Role.named(try row.strings("roles")),
            version: try row.int("version"), createdAt: try row.timestamp("created_at"))
    }

    /// The service principal of this name, made when there is none.
    static func serviceID(
        named name: String, orMake id: String, _ tenant: TenantID, at now: Timestamp,
        in transaction: Transaction
    ) async throws(Failure) -> String {
        let rows = try await transaction.query(
            """
            SELECT id FROM principals
            WHERE tenant_id = \(tenant) AND kind = 'service' AND name = \(name)
            """)
        if let row = rows.first { return try row.string("id") }
        _ = try await transaction.query(
            """
            INSERT INTO principals (tenant_id, id, kind, name, created_at)
            VALUES (\(tenant), \(id), 'service', \(name), \(now))
            """)
        return id
    }

    /// An address is found by a digest of its lower-cased form: the directory holds no addresses.
    static func digest(ofEmail email: String) -> [UInt8] {
        SHA256.hash(
            email.utf8.map { byte in
                (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte | 0x20 : byte
            }
        ).bytes
    }
}

extension Role {
    /// The roles of these names; unknown ones grant nothing.
    static func named(_ names: [String]) -> [Role] {
        Role.allCases.filter { role in
            names.contains { $0.utf8.elementsEqual(role.rawValue.utf8) }
        }
    }
}
