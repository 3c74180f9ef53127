// Values go to the server and come back as they were.
import Core
import Postgres
import Testing

@Suite struct TypeTests {
    @Test func scalarsRoundTrip() async throws {
        let bytes = [UInt8](0...255)
        let text = "Łódź \u{1F512} 'quoted' \\ $1"
        let moment = Timestamp(microseconds: -1)
        try await Bench.withDatabase { database, _ in
            let row = try await database.query(
                """
                SELECT \(text)::text AS t, \(bytes) AS b, \(Int.min) AS i, \(true) AS yes,
                    \(moment) AS at, \(Bench.tenant) AS id, \(nil as Int?) AS nothing,
                    \("")::text AS empty, \([] as [UInt8]) AS none,
                    \("0190A1B2-C3D4-7E5F-8091-A2B3C4D5E6F7")::uuid AS same,
                    \(#"{"a": [1]}"#)::jsonb AS j, 'x'::char(3) AS padded, 7::int2 AS small,
                    8::int4 AS medium, sum(v) AS total, 'on'::name AS name
                FROM (VALUES (9007199254740993::int8), (-3)) AS x (v)
                """, tenant: nil)[0]
            #expect(try row.string("t") == text)
            #expect(try row.bytes("b") == bytes)
            #expect(try row.int("i") == .min)
            #expect(try row.bool("yes"))
            #expect(try row.timestamp("at") == moment)
            #expect(try row.tenant("id") == Bench.tenant)
            #expect(try row.optionalInt("nothing") == nil && row.isNull("nothing"))
            #expect(try row.string("empty").isEmpty && row.bytes("none").isEmpty)
            #expect(try row.string("same") == Bench.tenant.text)
            #expect(try row.string("j") == #"{"a": [1]}"#)
            #expect(try row.string("padded") == "x  ")
            #expect(try row.int("small") == 7 && row.int("medium") == 8)
            #expect(try row.int("total") == 9_007_199_254_740_990)
            #expect(try row.string("name") == "on")
        }
    }

    @Test func arraysRoundTripWithNulls() async throws {
        let blobs: [[UInt8]?] = [[0, 255], nil, []]
        let texts: [String?] = ["a,b", nil, "{\"}", ""]
        let moments = [Timestamp(microseconds: 0), Timestamp(microseconds: .max / 4)]
        try await Bench.withDatabase { database, _ in
            let row = try await database.query(
                """
                SELECT \(blobs) AS b, \(texts) AS t, \([1, nil, Int.max] as [Int?]) AS i,
                    \(moments) AS at, \([true, false]) AS yes, \([] as [String]) AS none,
                    \([Bench.tenant]) AS ids, \(["x"]) AS plain
                """, tenant: nil)[0]
            #expect(try row.optionalByteStrings("b") == blobs)
            #expect(try row.optionalStrings("t") == texts)
            #expect(try row.optionalInts("i") == [1, nil, .max])
            #expect(try row.timestamps("at") == moments)
            #expect(try row.bools("yes") == [true, false])
            #expect(try row.strings("none").isEmpty)
            #expect(try row.strings("ids") == [Bench.tenant.text])
            #expect(try row.strings("plain") == ["x"])
            let refused = await failure { try row.strings("t") }
            #expect(refused?.detail?.contains("`t`: wanted text[] without NULL") == true)
        }
    }

    @Test func hugeValuesRoundTrip() async throws {
        let huge = [UInt8](repeating: 0xa5, count: 24 * 1024 * 1024)
        try await Bench.withDatabase { database, _ in
            let row = try await database.query(
                "SELECT \(huge) AS b, length(\(huge)) AS n", tenant: nil)[0]
            #expect(try row.int("n") == huge.count)
            #expect(try row.bytes("b") == huge)
        }
    }

    @Test func unnestInsertsManyRows() async throws {
        let setup = "CREATE TABLE t (a int8, b text, c bytea, d timestamptz, e bool)"
        try await Bench.withDatabase(setup: setup) { database, _ in
            let count = 5_000
            let numbers = Array(0..<count)
            let texts: [String?] = numbers.map { $0 % 3 == 0 ? nil : "row \($0)" }
            let written = try await database.execute(
                """
                INSERT INTO t SELECT * FROM unnest(\(numbers), \(texts),
                    \(numbers.map { [UInt8(truncatingIfNeeded: $0)] }),
                    \(numbers.map { Timestamp(microseconds: Int64($0)) }),
                    \(numbers.map { $0 % 2 == 0 }))
                """, tenant: nil)
            #expect(written == count)
            let sums: Query = "SELECT count(b) AS n, sum(a) AS total FROM t WHERE e = (a % 2 = 0)"
            let row = try await database.query(sums, tenant: nil)[0]
            #expect(try row.int("total") == count * (count - 1) / 2)
            #expect(try row.int("n") == texts.count { $0 != nil })
        }
    }

    @Test func wrongReadsNameColumnAndType() async throws {
        try await Bench.withDatabase { database, _ in
            let row = try await database.query(
                "SELECT 1::int8 AS n, NULL::text AS nothing, 1.5 AS half, 1e30::numeric AS big",
                tenant: nil)[0]
            let details = [
                await failure { try row.string("n") }, await failure { try row.int("nope") },
                await failure { try row.string("nothing") }, await failure { try row.int("half") },
                await failure { try row.int("big") },
            ].map { $0?.detail }
            #expect(
                details == [
                    "column `n`: wanted text, got int8",
                    "column `nope`: the answer has no such column",
                    "column `nothing`: wanted a value, got NULL",
                    "column `half`: wanted int8, got numeric",
                    "column `big`: wanted int8, got numeric",
                ])
        }
    }

    @Test func malformedValuesAreInvalidAndNotRepeated() async throws {
        try await Bench.withDatabase { database, _ in
            let bad: [Query] = [
                "SELECT \("canary-7")::uuid", "SELECT \("a\u{0}canary-7")::text",
                "SELECT \(TenantID("canary-7"))", "SELECT \([TenantID("canary-7-canary7")])",
                "SELECT \("canary-7")::int8", "SELECT \(["canary-7"])::uuid[]",
            ]
            for query in bad {
                let failure = await failure { try await database.query(query, tenant: nil) }
                #expect(failure?.code == .invalid, "\(query.text)")
                let told = (failure?.detail ?? "") + (failure?.message ?? "")
                #expect(!told.contains("canary"), "\(told)")
            }
            try await expectAnswer(database)
        }
    }
}
