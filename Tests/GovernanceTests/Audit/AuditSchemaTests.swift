import Core
import Postgres
import TestSupport
import Testing
import Vault

@testable import Governance

extension DatabaseTests {
    /// What the runtime role and even the owner cannot do to the log.
    @Suite(.timeLimit(.minutes(2))) struct AuditSchemaTests {
        @Test(
            arguments: [
                "UPDATE audit_leaves SET kind = 'x'",
                "DELETE FROM audit_leaves",
                "TRUNCATE audit_leaves",
                "UPDATE audit_payloads SET key_id = 'x'",
                "DELETE FROM audit_payloads",
                "TRUNCATE audit_payloads",
                "DELETE FROM audit_heads",
                "TRUNCATE audit_heads",
                "INSERT INTO audit_heads (tenant_id, log, origin) VALUES "
                    + "('00000000-0000-0000-0000-000000000001', 'calls', 'x')",
                "UPDATE audit_heads SET size = size",
                "UPDATE audit_heads SET size = size - 1",
                "UPDATE audit_heads SET size = 0",
                "UPDATE audit_heads SET origin = 'x'",
                "ALTER TABLE audit_leaves DISABLE TRIGGER ALL",
                "SELECT audit_guard('audit_leaves')",
                "SELECT * FROM audit_leaves_0",
                "INSERT INTO audit_leaves_0 SELECT * FROM audit_leaves",
                "SELECT audit_payload_months(now(), 1000)",
                "SELECT audit_payload_months('0001-01-01', 1)",
            ])
        func theRuntimeRoleCannot(_ statement: String) async throws {
            let fixture = try await AuditFixture()
            try await fixture.writer.append(fixture.record())
            await #expect(throws: Failure.self) {
                try await fixture.database.execute(Query(unsafe: statement), tenant: fixture.tenant)
            }
            #expect(try await fixture.leaves().count == 1)
            #expect(try await fixture.size() == 1)
        }

        @Test(
            arguments: [
                "UPDATE audit_leaves SET kind = 'x'", "DELETE FROM audit_leaves",
                "TRUNCATE audit_leaves", "TRUNCATE audit_leaves_0", "TRUNCATE audit_leaves_5",
                "TRUNCATE audit_payloads", "TRUNCATE audit_heads", "DELETE FROM audit_heads",
                "UPDATE audit_heads SET size = 0",
            ])
        func noteEvenASuperuserByAccident(_ statement: String) async throws {
            let fixture = try await AuditFixture()
            try await fixture.writer.append(fixture.record())
            let all = try AuditFixture.database(fixture.test.superuserURL, fixture.group)
            defer { all.close() }
            let failure = await #expect(throws: Failure.self) {
                try await all.execute(Query(unsafe: statement), tenant: nil)
            }
            #expect(failure?.code == .conflict)
            #expect(try await fixture.leaves().count == 1)
        }

        @Test func nobodySeesAnothersLog() async throws {
            let fixture = try await AuditFixture()
            let other = TenantID(fixture.ids.next())
            try await fixture.addTenant(other, slug: "other")
            try await fixture.writer.append(fixture.record())
            for tenant in [other, nil] {
                for table in ["audit_leaves", "audit_heads", "audit_payloads"] {
                    let rows = try await fixture.database.query(
                        "SELECT 1 FROM \(unsafe: table) WHERE tenant_id = \(fixture.tenant)",
                        tenant: tenant)
                    #expect(rows.isEmpty)
                }
            }
            await #expect(throws: Failure.self) {
                try await fixture.database.execute(
                    """
                    INSERT INTO audit_leaves (tenant_id, log, index, entry, leaf_hash, id, call_id,
                        time, kind)
                    VALUES (\(fixture.tenant), 'calls', 9, '', sha256(''), gen_random_uuid(),
                        gen_random_uuid(), now(), 'intent')
                    """, tenant: other)
            }
        }

        @Test func everyLogTableIsGuarded() async throws {
            let fixture = try await AuditFixture()
            let rows = try await fixture.database.query(
                """
                SELECT count(*) AS tables,
                    count(*) FILTER (WHERE relrowsecurity AND relforcerowsecurity) AS forced,
                    count(*) FILTER (WHERE EXISTS (SELECT FROM pg_policy
                        WHERE polrelid = pg_class.oid))
                        AS with_policy,
                    count(*) FILTER (WHERE EXISTS (SELECT FROM pg_trigger
                        WHERE tgrelid = pg_class.oid
                        AND tgname = 'is_not_truncated')) AS not_truncated,
                    count(*) FILTER (WHERE pg_get_userbyid(relowner) = 'bailiwick_audit_owner')
                        AS owned
                FROM pg_class WHERE relname LIKE 'audit\\_%' AND relkind IN ('r', 'p')
                """, tenant: nil)
            let tables = try rows[0].int("tables")
            #expect(tables >= 3 + 8 + 5)
            for column in ["forced", "with_policy", "not_truncated", "owned"] as [StaticString] {
                #expect(try rows[0].int(column) == tables)
            }
        }

        @Test func logsAreOpenedWithTheirTenant() async throws {
            let fixture = try await AuditFixture()
            let rows = try await fixture.database.query(
                "SELECT log, origin FROM audit_heads ORDER BY log", tenant: fixture.tenant)
            #expect(
                try rows.map { try $0.string("origin") }
                    == ["test/audit/acme/admin", "test/audit/acme/calls"])
            let platform = try await fixture.database.query(
                "SELECT 1 FROM audit_heads", tenant: .platform)
            #expect(platform.count == 2)
        }
    }
}
