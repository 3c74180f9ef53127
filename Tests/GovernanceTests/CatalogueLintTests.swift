import Core
import Postgres
import Reactor
import TestSupport
import Testing

extension DatabaseTests {
    /// The database's own catalogue, read after every migration: no table, key, function or
    /// privilege may be made in a way that lets one tenant see another.
    @Suite(.timeLimit(.minutes(2))) struct CatalogueLintTests {
        /// Tables without a tenant: what finds tenants, and the migrator's own record.
        static let untenanted = ["directory", "schema_migrations", "bailiwick_migrations"]

        /// Runs a query as superuser and answers the first column as text.
        private func column(_ query: Query) async throws -> [String] {
            let test = try PrivatePostgres.shared().migratedDatabase()
            let reactors = try ReactorGroup(count: 1)
            let database = try Database(url: test.superuserURL, reactors: reactors.reactors)
            database.start()
            defer {
                database.close()
                reactors.shutdown()
            }
            return try await database.query(query, tenant: nil).map { try $0.string("found") }
        }

        private static let tables: Query = """
            SELECT c.oid, c.relname, c.relrowsecurity, c.relforcerowsecurity FROM pg_class c
            JOIN pg_namespace n ON n.oid = c.relnamespace
            WHERE c.relkind IN ('r', 'p') AND n.nspname NOT IN ('pg_catalog', 'information_schema')
            AND n.nspname NOT LIKE 'pg_toast%'
            AND c.relname <> ALL (\(untenanted))
            """

        @Test func everyTableForcesRowSecurity() async throws {
            let open = try await column(
                """
                SELECT relname::text AS found FROM (\(query: Self.tables)) t
                WHERE NOT (relrowsecurity AND relforcerowsecurity)
                """)
            #expect(open == [])
            let all = try await column(
                "SELECT relname::text AS found FROM (\(query: Self.tables)) t")
            #expect(all.count >= 16)
        }

        @Test func everyPolicyShowsOneTenantOrNothing() async throws {
            let wanted =
                "(tenant_id = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid)"
            let others = try await column(
                """
                SELECT t.relname::text AS found FROM (\(query: Self.tables)) t
                LEFT JOIN pg_policy p ON p.polrelid = t.oid
                WHERE p.oid IS NULL
                OR pg_get_expr(p.polqual, p.polrelid) IS DISTINCT FROM \(wanted)
                OR (p.polcmd IN ('*', 'a', 'w')
                    AND pg_get_expr(p.polwithcheck, p.polrelid) IS DISTINCT FROM \(wanted))
                """)
            #expect(others == [])
        }

        @Test func tenantComesFirstInEveryKey() async throws {
            let keys = try await column(
                """
                SELECT t.relname || ': ' || i.indexrelid::regclass::text AS found
                FROM (\(query: Self.tables)) t
                JOIN pg_index i ON i.indrelid = t.oid AND (i.indisunique OR i.indisprimary)
                LEFT JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = i.indkey[0]
                WHERE a.attname IS DISTINCT FROM 'tenant_id' AND i.indexrelid::regclass::text <> ALL
                (\(["tenants_slug_key"]))
                """)
            #expect(keys == [])
            let references = try await column(
                """
                SELECT t.relname || ': ' || k.conname AS found FROM (\(query: Self.tables)) t
                JOIN pg_constraint k ON k.conrelid = t.oid AND k.contype = 'f'
                JOIN pg_attribute here ON here.attrelid = k.conrelid AND here.attnum = k.conkey[1]
                JOIN pg_attribute there
                ON there.attrelid = k.confrelid AND there.attnum = k.confkey[1]
                WHERE here.attname <> 'tenant_id' OR there.attname <> 'tenant_id'
                """)
            #expect(references == [])
        }

        @Test func definerFunctionsAreNamedAndPinned() async throws {
            let definers = try await column(
                """
                SELECT p.proname::text AS found FROM pg_proc p
                JOIN pg_namespace n ON n.oid = p.pronamespace
                WHERE p.prosecdef AND n.nspname NOT IN ('pg_catalog', 'information_schema')
                AND p.proname NOT LIKE 'audit\\_%' ORDER BY 1
                """)
            #expect(
                definers == [
                    "directory_register", "directory_tenant_of_slug", "directory_tenant_of_token",
                    "directory_tenants",
                ])
            let loose = try await column(
                """
                SELECT p.proname::text AS found FROM pg_proc p
                JOIN pg_namespace n ON n.oid = p.pronamespace JOIN pg_roles r ON r.oid = p.proowner
                WHERE p.prosecdef AND n.nspname NOT IN ('pg_catalog', 'information_schema')
                AND (r.rolcanlogin OR r.rolsuper OR r.rolbypassrls OR NOT EXISTS (
                    SELECT FROM unnest(p.proconfig) AS c WHERE c LIKE 'search_path=%pg_temp')
                    OR has_function_privilege('public', p.oid, 'EXECUTE'))
                """)
            #expect(loose == [])
        }

        @Test func viewsAskWithTheirReadersRights() async throws {
            let views = try await column(
                """
                SELECT c.relname::text AS found FROM pg_class c
                JOIN pg_namespace n ON n.oid = c.relnamespace
                WHERE c.relkind IN ('v', 'm')
                AND n.nspname NOT IN ('pg_catalog', 'information_schema')
                AND NOT coalesce('security_invoker=true' = ANY (c.reloptions), false)
                """)
            #expect(views == [])
        }

        @Test func runtimeRoleOwnsAndBypassesNothing() async throws {
            let owned = try await column(
                """
                SELECT s.classid::regclass::text || ' ' || s.objid AS found FROM pg_shdepend s
                JOIN pg_roles r ON r.oid = s.refobjid
                WHERE r.rolname = 'bailiwick_app' AND s.deptype = 'o'
                """)
            #expect(owned == [])
            let powers = try await column(
                """
                SELECT rolname::text AS found FROM pg_roles WHERE rolname = 'bailiwick_app'
                AND (rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb
                OR EXISTS (SELECT FROM pg_auth_members m WHERE m.member = pg_roles.oid))
                """)
            #expect(powers == [])
        }

        @Test func runtimeRoleDeletesOnlyWhatMayGo() async throws {
            let deletable = try await column(
                """
                SELECT relname::text AS found FROM (\(query: Self.tables)) t
                WHERE has_table_privilege('bailiwick_app', oid, 'DELETE') ORDER BY 1
                """)
            #expect(deletable == ["attachments", "counters", "idempotency_keys"])
            let emptied = try await column(
                """
                SELECT c.relname::text AS found FROM pg_class c
                WHERE c.relkind IN ('r', 'p') AND c.relnamespace = 'public'::regnamespace
                AND (has_table_privilege('bailiwick_app', c.oid, 'TRUNCATE')
                    OR has_table_privilege('bailiwick_app', c.oid, 'TRIGGER')
                    OR has_table_privilege('bailiwick_app', c.oid, 'REFERENCES'))
                """)
            #expect(emptied == [])
            let direct = try await column(
                """
                SELECT privilege AS found FROM unnest(\(["SELECT", "INSERT", "UPDATE", "DELETE"]))
                AS privilege WHERE has_table_privilege('bailiwick_app', 'directory', privilege)
                """)
            #expect(direct == [])
        }
    }
}
