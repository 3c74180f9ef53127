import Core
import Postgres
import Reactor
import TestSupport
import Testing
import Vault

@testable import Governance

extension DatabaseTests {
    @Suite(.timeLimit(.minutes(2))) struct CredentialTests {
        func secret(_ text: String) -> Secret { Secret(copying: Array(text.utf8)) }

        func read(_ headers: [InjectedHeader]) -> [String] {
            headers.map { header in
                header.value.withBytes { value in
                    String(decoding: header.name + Array(": ".utf8) + value, as: UTF8.self)
                }
            }
        }

        @Test func sealedAndOpenedForTheDataPlaneOnly() async throws {
            let world = try await World()
            defer { world.close() }
            let governance = world.governance
            let server = try await world.server()
            let cases: [(NewCredential, [String])] = [
                (.bearer(token: secret("t0k3n")), ["authorization: Bearer t0k3n"]),
                (
                    .basic(username: "Aladdin", password: secret("open sesame")),
                    ["authorization: Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="]
                ),
                (
                    .headers([("X-API-Key", secret("k")), ("X-Account", secret("7"))]),
                    ["x-api-key: k", "x-account: 7"]
                ),
                (.none, []),
            ]
            for (number, (credential, expected)) in cases.enumerated() {
                let summary = try await governance.credentials.put(
                    credential, serverID: server.id, by: world.change()
                ).object
                #expect(summary.version == number + 1)
                #expect((summary.fingerprint == nil) == expected.isEmpty)
                let snapshot = try await governance.snapshots.current(world.tenant.id)
                let seen = try #require(snapshot.server(slug: Array("desk".utf8)))
                #expect(seen.credentialVersion == number + 1)
                for _ in 0..<2 {
                    let headers = try await governance.credentials.headers(
                        world.tenant.id, serverID: server.id, version: seen.credentialVersion)
                    #expect(read(headers) == expected)
                }
                // Remembered for its tenant only.
                let foreign = try await governance.credentials.headers(
                    world.other.id, serverID: server.id, version: seen.credentialVersion)
                #expect(foreign.isEmpty)
            }
        }

        @Test(arguments: [
            ("Host", "x"), ("Content-Length", "1"), ("Transfer-Encoding", "x"), ("Connection", "x"),
            ("Mcp-Session-Id", "x"), ("mcp-protocol-version", "x"), ("a b", "x"), ("", "x"),
            ("a:b", "x"), ("x\r\ny", "x"), ("X-K", ""), ("X-K", "a\r\nb"), ("X-K", "a\nb"),
            ("X-K", "a\u{0}b"), ("X-K", " a"), ("X-K", "a "), ("X-K", "é"), ("Te", "x"),
            ("K\u{212A}", "x"),
        ])
        func headersThatWouldDoMoreThanAuthenticateAreRefused(
            _ name: String, _ value: String
        ) throws {
            var rules = CredentialRules()
            do {
                _ = try rules.headers(of: .headers([(name, secret(value))]))
                Issue.record("accepted")
            } catch {
                #expect(error.code == .invalid)
                #expect(
                    value.utf8.count < 3 || !error.errors.contains { $0.detail.contains(value) })
            }
        }

        @Test func headersThatStandTwiceAreRefused() throws {
            var rules = CredentialRules()
            #expect(throws: Failure.self) {
                try rules.headers(of: .headers([("X-K", secret("a")), ("x-k", secret("b"))]))
            }
        }

        /// Nothing of a credential stands anywhere in the database: every row of every table.
        @Test func noTableHoldsTheSecret() async throws {
            let world = try await World()
            defer { world.close() }
            let server = try await world.server()
            let canary = "CANARY5f0e1d2c3b4a"
            for credential: NewCredential in [
                .headers([("x-key", secret(canary))]),
                .basic(username: "u", password: secret(canary)),
                .bearer(token: secret(canary)),
            ] {
                _ = try await world.governance.credentials.put(
                    credential, serverID: server.id, by: world.change(reason: "set up"))
            }
            let reactors = try ReactorGroup(count: 1)
            let database = try Database(url: world.test.superuserURL, reactors: reactors.reactors)
            database.start()
            defer {
                database.close()
                reactors.shutdown()
            }
            let tables = try await database.query(
                """
                SELECT c.oid::regclass::text AS name FROM pg_class c
                WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace
                """, tenant: nil)
            #expect(tables.count >= 16)
            let forms = [canary, Hex.encode(Array(canary.utf8)), "Q0FOQVJZ", "NBTkFSW", "DQU5BUl"]
            for table in tables {
                let name = try table.string("name")
                for row in try await database.query(
                    "SELECT t::text AS row FROM \(unsafe: name) t", tenant: nil)
                {
                    let text = try row.string("row")
                    #expect(!forms.contains { text.contains($0) }, "\(name)")
                }
            }
        }

        /// A ciphertext moved to another server, or put back after a change, does not open.
        @Test func aMovedCiphertextDoesNotOpen() async throws {
            let world = try await World()
            defer { world.close() }
            let governance = world.governance
            let first = try await world.server("first")
            let second = try await world.server("second")
            for server in [first, second] {
                _ = try await governance.credentials.put(
                    .bearer(token: secret(server.slug)), serverID: server.id, by: world.change())
            }
            let tenant = world.tenant.id
            try await world.replica.database.execute(
                """
                UPDATE credentials SET sealed = (SELECT sealed FROM credentials
                WHERE tenant_id = \(tenant) AND server_id = \(first.id))
                WHERE tenant_id = \(tenant) AND server_id = \(second.id)
                """, tenant: tenant)
            try await world.replica.database.execute(
                """
                UPDATE credentials SET version = 7
                WHERE tenant_id = \(tenant) AND server_id = \(first.id)
                """, tenant: tenant)
            for server in [first, second] {
                let refused = await failure { () throws(Failure) in
                    try await governance.credentials.headers(
                        tenant, serverID: server.id, version: 9)
                }
                #expect(refused?.code == .internal)
            }
        }
    }
}
