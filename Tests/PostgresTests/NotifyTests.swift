// LISTEN: what is heard, and knowing when nothing can be heard.
import Core
import Postgres
import Reactor
import TestSupport
import Testing

@Suite struct NotifyTests {
    /// What a listener was told, in order.
    fileprivate final class Ear: Sendable {
        let heard = Locked<[String]>([])
        let states = Locked<[Bool]>([])

        func listen(_ database: Database, _ channel: String) {
            database.listen(channel) { payload in
                self.heard.withLock { $0.append(payload) }
            } onState: { isConnected in
                self.states.withLock { $0.append(isConnected) }
            }
        }

        var isConnected: Bool { states.withLock { $0.last ?? false } }

        func waitUntil(_ condition: (Ear) -> Bool) async -> Bool {
            let start = ContinuousClock.now
            while !condition(self) {
                guard ContinuousClock.now - start < .seconds(15) else { return false }
                await Bench.reactors[1].sleep(nanoseconds: 5_000_000)
            }
            return true
        }
    }

    @Test func channelsAreHeardApart() async throws {
        try await Bench.withDatabase { database, _ in
            let (plain, odd) = (Ear(), Ear())
            plain.listen(database, "changes")
            #expect(await plain.waitUntil(\.isConnected))
            odd.listen(database, "Odd \"name\"; DROP")
            #expect(await odd.waitUntil(\.isConnected))
            for number in 0..<100 {
                _ = try await database.query(
                    "SELECT pg_notify('changes', \("\(number)"))", tenant: nil)
            }
            _ = try await database.query(
                "SELECT pg_notify(\("Odd \"name\"; DROP"), 'x')", tenant: nil)
            #expect(await odd.waitUntil { $0.heard.withLock { $0 } == ["x"] })
            #expect(await plain.waitUntil { $0.heard.withLock { $0.count } == 100 })
            #expect(plain.heard.withLock { $0 } == (0..<100).map { "\($0)" })
        }
    }

    @Test func restartIsToldAndListenedThrough() async throws {
        let server = try await blocking { try PrivatePostgres() }
        defer { server.discard() }
        let states = try await onReactor(Bench.reactors[1]) {
            try await Bench.withPool(server.url("postgres", "postgres")) { database in
                let ear = Ear()
                ear.listen(database, "changes")
                #expect(await ear.waitUntil(\.isConnected))
                for round in 0..<2 {
                    try await blocking { server.kill() }
                    #expect(await ear.waitUntil { !$0.isConnected })
                    try await blocking { try server.restart() }
                    #expect(await ear.waitUntil(\.isConnected))
                    _ = try await blocking {
                        try server.sql("NOTIFY changes, '\(round)'", in: "postgres")
                    }
                    #expect(await ear.waitUntil { $0.heard.withLock { $0.last } == "\(round)" })
                }
                try await blocking { server.freeze() }
                let start = ContinuousClock.now
                #expect(await ear.waitUntil { !$0.isConnected })
                #expect(ContinuousClock.now - start < .seconds(4))
                try await blocking { server.thaw() }
                #expect(await ear.waitUntil(\.isConnected))
                return ear.states.withLock { $0 }
            }
        }
        #expect(states == [true, false, true, false, true, false, true])
    }
}
