import Core
import Foundation
import Testing

@testable import Reactor

@Suite struct TLSTests {
    private static func server(_ name: String) throws -> TLSServer {
        let files = Certificates.shared
        return try TLSServer(
            certificateFile: files.path("\(name).pem"), keyFile: files.path("\(name).key"))
    }

    private static func refusal(
        certificate: String, authority: String = "ca", name: String? = "localhost"
    ) async throws -> Failure? {
        try await onReactor { group in
            let listener = try listening(group, tls: server(certificate), echo)[0]
            let client = try TLSClient(
                authoritiesFile: Certificates.shared.path("\(authority).pem"))
            return await failure {
                try await ByteStream.connect(
                    listener.address, on: group.reactors[0], tls: client, serverName: name,
                    deadlineNanoseconds: moment(afterSeconds: 20)
                ).close()
            }
        }
    }

    @Test func aCertificateForAnotherHostIsRefused() async throws {
        let named = try await Self.refusal(certificate: "elsewhere")
        #expect(named?.message.contains("hostname mismatch") == true)
        let numbered = try await Self.refusal(certificate: "elsewhere", name: nil)
        #expect(numbered?.message.contains("IP address mismatch") == true)
    }

    @Test func aCertificateOfAnUnknownAuthorityIsRefused() async throws {
        let failed = try await Self.refusal(certificate: "local", authority: "stranger")
        #expect(failed?.code == .unavailable)
        #expect(failed?.message.contains("local issuer") == true)
    }

    @Test func anExpiredCertificateIsRefused() async throws {
        let failed = try await Self.refusal(certificate: "expired")
        #expect(failed?.message.contains("expired") == true)
    }

    @Test func aRightCertificateIsAcceptedByNameAndByAddress() async throws {
        #expect(try await Self.refusal(certificate: "local") == nil)
        #expect(try await Self.refusal(certificate: "local", name: nil) == nil)
    }

    @Test func theSystemsAuthoritiesDoNotKnowTheTestCertificate() async throws {
        try await onReactor { group in
            let listener = try listening(group, tls: Self.server("local"), echo)[0]
            let client = try TLSClient()
            let failed = await failure {
                _ = try await ByteStream.connect(
                    listener.address, on: group.reactors[0], tls: client, serverName: "localhost",
                    deadlineNanoseconds: moment(afterSeconds: 20))
            }
            #expect(failed?.code == .unavailable)
        }
    }

    @Test func wrongFilesAreNamed() {
        let files = Certificates.shared
        func message(_ certificate: String, _ key: String) -> String? {
            do throws(Failure) {
                _ = try TLSServer(
                    certificateFile: files.path(certificate), keyFile: files.path(key))
                return nil
            } catch {
                return error.message
            }
        }
        #expect(message("none.pem", "local.key")?.contains("none.pem: No such file") == true)
        #expect(message("local.pem", "none.key")?.contains("none.key: No such file") == true)
        #expect(message("local.key", "local.key")?.contains("certificate file") == true)
        #expect(
            message("local.pem", "second.key")
                == "TLS key file \(files.path("second.key")) is not the key of certificate file "
                + files.path("local.pem"))
        #expect(throws: Failure.self) { try TLSClient(authoritiesFile: files.path("none.pem")) }
    }

    @Test func aPeerThatNeverShakesHandsIsDroppedAtItsDeadline() async throws {
        try await onReactor { group in
            var options = Listener.Options()
            options.handshakeNanoseconds = 50_000_000
            let listener = try listening(
                group, tls: Self.server("local"), options: options
            ) { _ in Issue.record("accepted without a handshake") }[0]
            let stream = try await ByteStream.connect(
                listener.address, on: group.reactors[0],
                deadlineNanoseconds: moment(afterSeconds: 20))
            #expect(try await stream.readToEnd() == [])
            stream.close()
        }
    }

    @Test func aTLSConnectionThatIsCutIsAFailureNotAnEnd() async throws {
        try await onReactor { group in
            let listener = try listening(group, tls: Self.server("local")) { stream in
                try await stream.writeAll([1])
                // The socket ends, the TLS connection does not.
                stream.state.insert(.broken)
            }[0]
            let client = try TLSClient(authoritiesFile: Certificates.shared.path("ca.pem"))
            let stream = try await ByteStream.connect(
                listener.address, on: group.reactors[0], tls: client, serverName: "localhost",
                deadlineNanoseconds: moment(afterSeconds: 20))
            #expect(try await stream.readSome() == [1])
            let failed = await failure { _ = try await stream.readSome() }
            #expect(failed?.message == "the peer closed the TLS connection without saying so")
            stream.close()
        }
    }

    @Test func reloadedFilesServeNewConnectionsAndWrongOnesAreKeptOut() async throws {
        let files = Certificates.shared
        let (certificate, key) = (files.path("live.pem"), files.path("live.key"))
        @Sendable func install(_ certificateOf: String, _ keyOf: String) throws {
            for (from, to) in [("\(certificateOf).pem", certificate), ("\(keyOf).key", key)] {
                let bytes = try Data(contentsOf: URL(fileURLWithPath: files.path(from)))
                try bytes.write(to: URL(fileURLWithPath: to))
            }
        }
        try install("expired", "expired")
        let server = try TLSServer(certificateFile: certificate, keyFile: key)
        try await onReactor { group in
            let listener = try listening(group, tls: server, echo)[0]
            let client = try TLSClient(authoritiesFile: files.path("ca.pem"))
            @Sendable func attempt() async -> Failure? {
                await failure {
                    try await ByteStream.connect(
                        listener.address, on: group.reactors[0], tls: client,
                        serverName: "localhost", deadlineNanoseconds: moment(afterSeconds: 20)
                    ).close()
                }
            }
            #expect(await attempt()?.message.contains("expired") == true)
            try install("local", "second")
            #expect(throws: Failure.self) { try server.reload() }
            #expect(await attempt()?.message.contains("expired") == true)
            try install("local", "local")
            try server.reload()
            #expect(await attempt() == nil)
        }
    }
}
