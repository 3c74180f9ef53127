import Core
import HTTP
import Reactor
import Testing

/// Streaming responses, clients that leave, and draining.
@Suite struct ServerStreamTests {
    private func start(
        _ change: (inout HTTPServer.Configuration) -> Void = { _ in },
        _ handler: @escaping HTTPServer.Handler
    ) throws -> HTTPServer {
        var configuration = HTTPServer.Configuration()
        change(&configuration)
        let server = HTTPServer(
            reactors: Wire.reactors, address: Wire.loopback, configuration: configuration,
            handler: handler)
        try server.start()
        return server
    }

    private static let get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n"

    @Test func streamsInChunks() async throws {
        let server = try start { _ in
            Response(
                body: .stream { stream in
                    try await stream.write(Array("hello".utf8))
                    try await stream.write([])
                    try await stream.write(Array(" world".utf8))
                })
        }
        let port = server.port
        let answer = try await Wire.on { reactor in
            let peer = try await RawPeer.connect(port, on: reactor)
            defer { peer.stream.close() }
            try await peer.send(Self.get)
            return try await peer.receive(until: "0\r\n\r\n")
        }
        #expect(answer.contains("Transfer-Encoding: chunked\r\n"))
        #expect(answer.hasSuffix("\r\n\r\n5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n"))
        await server.drain(graceNanoseconds: 1_000_000_000)
    }

    @Test func neverEndsAFailedBodyWell() async throws {
        let server = try start { _ in
            Response(
                body: .stream { stream in
                    try await stream.write(Array("part".utf8))
                    throw Failure(.internal, "lost")
                })
        }
        let port = server.port
        for request in [Self.get, "GET / HTTP/1.0\r\n\r\n"] {
            let answer = try await Wire.on { reactor in
                let peer = try await RawPeer.connect(port, on: reactor)
                defer { peer.stream.close() }
                try await peer.send(request)
                return try await peer.receiveAll()
            }
            #expect(!answer.contains("0\r\n\r\n"))
            #expect(answer.hasSuffix("<reset>"))
        }
        await server.drain(graceNanoseconds: 1_000_000_000)
    }

    @Test func writesEventsAtOnceAndNoticesAClientThatLeft() async throws {
        let ended = Locked<String?>(nil)
        let gone = Locked(false)
        let server = try start { request in
            request.onClientGone { gone.withLock { $0 = true } }
            return Response(
                headers: ["Content-Type": "text/event-stream"],
                body: .stream { stream in
                    do {
                        while true {
                            try await stream.write(SSEWriter.comment("tick"))
                            await Reactor.current?.sleep(nanoseconds: 5_000_000)
                        }
                    } catch let failure as Failure {
                        ended.withLock { $0 = failure.code.rawValue }
                        throw failure
                    }
                })
        }
        let port = server.port
        let answer = try await Wire.on { reactor in
            let peer = try await RawPeer.connect(port, on: reactor)
            defer { peer.stream.close() }
            try await peer.send(Self.get)
            return try await peer.receive(until: ": tick\n\n\r\n")
        }
        #expect(answer.contains("text/event-stream"))
        for _ in 0..<400 where ended.withLock({ $0 }) == nil {
            await Wire.reactors[0].sleep(nanoseconds: 5_000_000)
        }
        #expect(ended.withLock { $0 } == "cancelled")
        #expect(gone.withLock { $0 })
        await server.drain(graceNanoseconds: 1_000_000_000)
    }

    @Test func tellsTheHandlerThatTheClientLeft() async throws {
        let seen = Locked(false)
        let server = try start { request in
            request.onClientGone { seen.withLock { $0 = true } }
            for _ in 0..<400 where !seen.withLock({ $0 }) {
                await Reactor.current?.sleep(nanoseconds: 5_000_000)
            }
            return Response(text: "late")
        }
        let port = server.port
        try await Wire.on { reactor in
            let peer = try await RawPeer.connect(port, on: reactor)
            try await peer.send(Self.get)
            await reactor.sleep(nanoseconds: 20_000_000)
            peer.stream.close()
        }
        for _ in 0..<400 where !seen.withLock({ $0 }) {
            await Wire.reactors[0].sleep(nanoseconds: 5_000_000)
        }
        #expect(seen.withLock { $0 })
        await server.drain(graceNanoseconds: 1_000_000_000)
    }

    @Test func stopsWritingWhenTheClientStopsReading() async throws {
        let ended = Locked<String?>(nil)
        let written = Locked(0)
        let server = try start({ $0.writeStallNanoseconds = 200_000_000 }) { _ in
            Response(
                body: .stream { stream in
                    let piece = [UInt8](repeating: 120, count: 100_000)
                    do {
                        for _ in 0..<1000 {
                            try await stream.write(piece)
                            written.withLock { $0 += piece.count }
                        }
                    } catch let failure as Failure {
                        ended.withLock { $0 = failure.code.rawValue }
                        throw failure
                    }
                })
        }
        let port = server.port
        try await Wire.on { reactor in
            let peer = try await RawPeer.connect(port, on: reactor)
            defer { peer.stream.close() }
            try await peer.send(Self.get)
            for _ in 0..<400 where ended.withLock({ $0 }) == nil {
                await reactor.sleep(nanoseconds: 5_000_000)
            }
        }
        #expect(ended.withLock { $0 } == "timeout")
        #expect(written.withLock { $0 } < 50_000_000)
        await server.drain(graceNanoseconds: 1_000_000_000)
    }

    @Test func drainLetsRequestsFinishAndClosesTheRest() async throws {
        let began = Locked(false)
        let mayEnd = Locked(false)
        let server = try start { _ in
            began.withLock { $0 = true }
            while !mayEnd.withLock({ $0 }) {
                await Reactor.current?.sleep(nanoseconds: 2_000_000)
            }
            return Response(text: "done")
        }
        let port = server.port
        let idle = try await Wire.on { reactor in try await RawPeer.connect(port, on: reactor) }
        async let answer = Wire.on { reactor in
            let peer = try await RawPeer.connect(port, on: reactor)
            defer { peer.stream.close() }
            try await peer.send(Self.get)
            return try await peer.receiveAll()
        }
        while !began.withLock({ $0 }) { await Wire.reactors[0].sleep(nanoseconds: 1_000_000) }
        async let drained: Void = server.drain(graceNanoseconds: 60_000_000_000)
        let rest = try await Wire.on { reactor in
            defer { idle.stream.close() }
            let rest = try await idle.receiveAll()
            await reactor.sleep(nanoseconds: 50_000_000)
            mayEnd.withLock { $0 = true }
            return rest
        }
        await drained
        #expect(rest == "")
        #expect(try await answer.hasSuffix("done"))
        #expect(try await answer.contains("Connection: close\r\n"))
        #expect(server.connectionCount == 0)
        await #expect(throws: Failure.self) {
            _ = try await Wire.on { reactor in try await RawPeer.connect(port, on: reactor) }
        }
    }

    @Test func drainCutsWhatOutlivesTheGrace() async throws {
        let began = Locked(false)
        let server = try start { _ in
            Response(
                body: .stream { stream in
                    began.withLock { $0 = true }
                    while true {
                        try await stream.write([120])
                        await Reactor.current?.sleep(nanoseconds: 5_000_000)
                    }
                })
        }
        let port = server.port
        async let answer = Wire.on { reactor in
            let peer = try await RawPeer.connect(port, on: reactor)
            defer { peer.stream.close() }
            try await peer.send(Self.get)
            return try await peer.receiveAll()
        }
        while !began.withLock({ $0 }) { await Wire.reactors[0].sleep(nanoseconds: 1_000_000) }
        await server.drain(graceNanoseconds: 50_000_000)
        #expect(server.connectionCount == 0)
        #expect(try await !answer.contains("0\r\n\r\n"))
    }

    /// A client in conversation keeps its task for a moment; then only the connection is left, and
    /// the next request begins a new one.
    @Test func restsAfterAMomentAndWakesAgain() async throws {
        let server = try start { Response(text: "<\($0.target.path)>") }
        let port = server.port
        let answers = try await Wire.on { reactor in
            let peer = try await RawPeer.connect(port, on: reactor)
            defer { peer.stream.close() }
            var answers = ""
            for (path, pause) in [("/1", 10), ("/2", 250), ("/3", 250), ("/4", 0)] {
                try await peer.send("GET \(path) HTTP/1.1\r\nHost: a\r\n\r\n")
                answers += try await peer.receive(until: "<\(path)>")
                await reactor.sleep(nanoseconds: UInt64(pause) * 1_000_000)
            }
            return answers
        }
        #expect(answers.contains("</1>") && answers.hasSuffix("</4>"))
        #expect(server.connectionCount <= 1)
        await server.drain(graceNanoseconds: 1_000_000_000)
    }

    @Test func keptRequestsReachNothingAfterTheResponse() async throws {
        let kept = Locked<RequestBody?>(nil)
        let server = try start { request in
            kept.withLock { $0 = request.body }
            return Response(text: "first")
        }
        let port = server.port
        try await Wire.on { reactor in
            let peer = try await RawPeer.connect(port, on: reactor)
            defer { peer.stream.close() }
            try await peer.send(
                "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
                    + "3\r\nabc\r\n0\r\n\r\n")
            _ = try await peer.receive(until: "first")
        }
        #expect(try await kept.withLock { $0 }?.next() == nil)
        await server.drain(graceNanoseconds: 1_000_000_000)
    }
}
