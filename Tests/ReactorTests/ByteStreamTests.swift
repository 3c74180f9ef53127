import Core
import Testing

@testable import Reactor

@Suite struct ByteStreamTests {
    private static func open(
        _ listener: Listener, _ transport: Transport
    ) async throws -> ByteStream {
        try await ByteStream.connect(
            listener.address, on: listener.reactor, tls: transport.client(),
            serverName: "localhost", deadlineNanoseconds: moment(afterSeconds: 20))
    }

    @Test func connectingWhereNobodyListensIsRefused() async throws {
        try await onReactor { group in
            let listener = try listening(group) { _ in }[0]
            listener.close()
            await group.reactors[0].sleep(nanoseconds: 1_000_000)
            let failed = await failure { _ = try await Self.open(listener, .plain) }
            #expect(failed?.code == .unavailable)
            #expect(failed?.detail?.hasSuffix("Connection refused") == true)
        }
    }

    @Test func connectingHasADeadline() async throws {
        try await onReactor { group in
            // A backlog of none that is full leaves further connections unanswered.
            var options = Listener.Options()
            options.backlog = 0
            options.connectionsMax = 1
            let listener = try listening(group, options: options) { stream in
                _ = try await stream.readToEnd()
            }[0]
            var held: [ByteStream] = []
            var failed: Failure?
            for _ in 0..<8 where failed == nil {
                failed = await failure {
                    held.append(
                        try await ByteStream.connect(
                            listener.address, on: group.reactors[0],
                            deadlineNanoseconds: moment(afterSeconds: 0.2)))
                }
            }
            #expect(failed?.code == .timeout)
            held.forEach { $0.close() }
        }
    }

    @Test(arguments: Transport.allCases)
    func readingHasADeadlineAndGoesOnAfterIt(_ transport: Transport) async throws {
        try await onReactor { group in
            let listener = try listening(group, tls: transport.server(), echo)[0]
            let stream = try await Self.open(listener, transport)
            let failed = await failure { _ = try await stream.readSome(seconds: 0.05) }
            #expect(failed?.code == .timeout)
            try await stream.writeAll([1, 2, 3])
            #expect(try await stream.readSome() == [1, 2, 3])
            stream.close()
        }
    }

    @Test(arguments: Transport.allCases)
    func eightMebibytesComeBackThroughBackPressureAndHalfClose(
        _ transport: Transport
    ) async throws {
        try await onReactor(count: 2) { group in
            let listener = try listening(group, tls: transport.server(), echo)[0]
            let stream = try await Self.open(listener, transport)
            let size = 8 * 1024 * 1024
            let sent = [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
                for index in 0..<size {
                    buffer[index] = UInt8(truncatingIfNeeded: index &* 31 ^ index >> 11)
                }
                count = size
            }
            let writer = stream.reactor.run {
                #expect(await failure { try await stream.writeAll(sent) } == nil)
                stream.closeWrite()
            }
            #expect(try await stream.readToEnd() == sent)
            await writer.value
            stream.close()
        }
    }

    @Test(arguments: Transport.allCases)
    func closingHereWakesWhoeverWaits(_ transport: Transport) async throws {
        try await onReactor { group in
            let listener = try listening(group, tls: transport.server(), echo)[0]
            let stream = try await Self.open(listener, transport)
            let reader = Task(executorPreference: stream.reactor) {
                await failure { _ = try await stream.readSome() }
            }
            await stream.reactor.sleep(nanoseconds: 1_000_000)
            stream.close()
            stream.close()
            #expect(await reader.value?.code == .cancelled)
            #expect(await failure { _ = try await stream.readSome() }?.code == .cancelled)
            #expect(await failure { try await stream.writeAll([1]) }?.code == .cancelled)
        }
    }

    @Test(arguments: Transport.allCases)
    func theCallbackComesOnceForWhatIsReadable(_ transport: Transport) async throws {
        try await onReactor { group in
            let calls = Locked(0)
            let listeners = try Listener.start(
                on: loopback, reactors: group.reactors, tls: transport.server()
            ) { stream in
                // No task while idle: the callback starts one.
                @Sendable func idle() {
                    stream.onReadable {
                        calls.withLock { $0 += 1 }
                        stream.reactor.run {
                            guard let some = try? await stream.readSome(), !some.isEmpty else {
                                return stream.close()
                            }
                            try? await stream.writeAll(some)
                            idle()
                        }
                    }
                }
                idle()
            }
            let stream = try await Self.open(listeners[0], transport)
            for value in 1...3 as ClosedRange<UInt8> {
                try await stream.writeAll([value])
                #expect(try await stream.readSome() == [value])
            }
            stream.close()
            await group.reactors[0].sleep(nanoseconds: 20_000_000)
            #expect(calls.withLock { $0 } >= 4)
        }
    }

    @Test func aPeerThatClosesIsNoticedWithoutReading() async throws {
        try await onReactor { group in
            let noticed = Locked(0)
            let listener = try listening(group) { stream in
                stream.onPeerClosed { noticed.withLock { $0 += 1 } }
                await stream.reactor.sleep(nanoseconds: 60_000_000)
                #expect(stream.isPeerClosed)
                // Asked again, it answers again, though the event is long over.
                stream.onPeerClosed { noticed.withLock { $0 += 1 } }
                await stream.reactor.sleep(nanoseconds: 1_000_000)
                let read = try await stream.readSome()
                let end = try await stream.readSome()
                #expect(read == [7] && end == [])
                noticed.withLock { $0 += 10 }
            }[0]
            let stream = try await Self.open(listener, .plain)
            try await stream.writeAll([7])
            stream.close()
            await group.reactors[0].sleep(nanoseconds: 150_000_000)
            #expect(noticed.withLock { $0 } == 12)
        }
    }

    @Test func aResetConnectionFails() async throws {
        try await onReactor { group in
            let listener = try listening(group) { stream in
                try await stream.waitReadable()
                stream.close()  // with a byte unread: the kernel answers with a reset
            }[0]
            let stream = try await Self.open(listener, .plain)
            try await stream.writeAll([1])
            #expect(await failure { _ = try await stream.readSome() }?.code == .unavailable)
            stream.close()
        }
    }
}
