import Core
import Testing

@testable import Reactor

@Suite struct ListenerTests {
    @Test func aTakenPortSaysWhatToDo() async throws {
        try await onReactor { group in
            let first = try listening(group, echo)[0]
            do throws(Failure) {
                _ = try Listener.start(on: first.address, reactors: group.reactors) { _ in }
                Issue.record("shared a taken port")
            } catch {
                #expect(
                    error.message
                        == "port \(first.address.port) on 127.0.0.1 is taken: stop the other "
                        + "process or set server.listen to another port")
            }
        }
    }

    @Test func anAddressOfAnotherMachineIsRefused() async throws {
        try await onReactor { group in
            let elsewhere = try #require(SocketAddress(host: "192.0.2.1", port: 0))
            #expect(throws: Failure.self) {
                _ = try Listener.start(on: elsewhere, reactors: group.reactors) { _ in }
            }
        }
    }

    @Test func everyReactorSharesTheFreePortThatWasFound() async throws {
        try await onReactor(count: 2) { group in
            let seen = Locked<Set<Int>>([])
            let listeners = try listening(group) { stream in
                _ = seen.withLock { $0.insert(stream.reactor.index) }
            }
            #expect(listeners[0].address.port != 0)
            #expect(listeners[0].address == listeners[1].address)
            for _ in 0..<64 where seen.withLock({ $0.count }) < 2 {
                let stream = try await ByteStream.connect(
                    listeners[0].address, on: group.reactors[0],
                    deadlineNanoseconds: moment(afterSeconds: 20))
                #expect(try await stream.readToEnd() == [])
                stream.close()
            }
            #expect(seen.withLock { $0 } == [0, 1])
        }
    }

    @Test func beyondTheConnectionLimitOneWaitsUntilAnotherGoes() async throws {
        try await onReactor { group in
            var options = Listener.Options()
            options.connectionsMax = 2
            let listener = try listening(group, options: options, echo)[0]
            var streams: [ByteStream] = []
            for _ in 0..<3 {
                let stream = try await ByteStream.connect(
                    listener.address, on: group.reactors[0],
                    deadlineNanoseconds: moment(afterSeconds: 20))
                try await stream.writeAll([5])
                streams.append(stream)
            }
            #expect(try await streams[1].readSome() == [5])
            #expect(listener.connectionCount == 2)
            #expect(
                await failure { _ = try await streams[2].readSome(seconds: 0.03) }?.code
                    == .timeout)
            streams[0].close()
            #expect(try await streams[2].readSome() == [5])
            streams[1].close()
            streams[2].close()
        }
    }

    @Test func acceptedConnectionsDoNotDelaySmallWrites() async throws {
        try await onReactor { group in
            let listener = try listening(group) { stream in
                #expect(noDelay(stream.fd))
            }[0]
            let stream = try await ByteStream.connect(
                listener.address, on: group.reactors[0],
                deadlineNanoseconds: moment(afterSeconds: 20))
            #expect(noDelay(stream.fd))
            #expect(stream.peer == listener.address)
            #expect(try await stream.readToEnd() == [])
            stream.close()
        }
    }

    @Test func ipv6IsServed() async throws {
        try await onReactor { group in
            let address = try #require(SocketAddress(host: "::1", port: 0))
            let listener = try Listener.start(on: address, reactors: group.reactors) { stream in
                #expect(!stream.peer.isIPv4)
                stream.close()
            }[0]
            let stream = try await ByteStream.connect(
                listener.address, on: group.reactors[0],
                deadlineNanoseconds: moment(afterSeconds: 20))
            #expect(try await stream.readToEnd() == [])
            stream.close()
        }
    }
}
