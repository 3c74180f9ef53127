import Core
import Glibc
import HTTP
import Reactor
import Testing

/// Server and client over TLS, end to end.
@Suite struct TLSTests {
    /// A certificate for localhost that is its own authority.
    static let certificate: (certificate: String, key: String) = {
        var template = Array("/tmp/bailiwick-http-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { preconditionFailure("no temporary folder") }
        let folder = String(decoding: template.dropLast().map { UInt8($0) }, as: UTF8.self)
        let (certificate, key) = (folder + "/cert.pem", folder + "/key.pem")
        let words = [
            "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
            "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", key, "-out", certificate,
            "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1",
            "-days", "3",
        ]
        var arguments: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) } + [nil]
        defer { arguments.forEach { free($0) } }
        var files = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&files)
        defer { posix_spawn_file_actions_destroy(&files) }
        posix_spawn_file_actions_addopen(&files, 2, "/dev/null", O_WRONLY, 0)
        var child: pid_t = 0
        var status: Int32 = -1
        guard posix_spawn(&child, "/usr/bin/openssl", &files, nil, &arguments, environ) == 0,
            waitpid(child, &status, 0) == child, status == 0
        else { preconditionFailure("openssl made no certificate") }
        return (certificate, key)
    }()

    private func server(_ handler: @escaping HTTPServer.Handler) throws -> HTTPServer {
        let files = Self.certificate
        let server = HTTPServer(
            reactors: Wire.reactors, address: Wire.loopback,
            tls: try TLSServer(certificateFile: files.certificate, keyFile: files.key),
            handler: handler)
        try server.start()
        return server
    }

    private func client(_ reactor: Reactor, trusting: Bool = true) throws -> HTTPClient {
        let tls = try TLSClient(authoritiesFile: trusting ? Self.certificate.certificate : nil)
        return HTTPClient(reactors: [reactor], configuration: .init(tls: tls))
    }

    @Test func largeBodiesBothWaysOnOneConnection() async throws {
        let server = try server { request in
            do throws(Failure) {
                let body = try await request.body.collect()
                return Response(
                    status: request.isTLS ? 200 : 500,
                    body: .stream { stream in
                        for start in stride(from: 0, to: body.count, by: 50_000) {
                            let end = min(start + 50_000, body.count)
                            try await stream.write(Array(body[start..<end]))
                        }
                    })
            } catch {
                return Response(status: error.code.status)
            }
        }
        let port = server.port
        let sent = (0..<3_000_000).map { UInt8(truncatingIfNeeded: $0 &* 7) }
        for host in ["localhost", "127.0.0.1"] {
            let destination = try Destination(
                UpstreamURL("https://\(host):\(port)/"), allowPrivate: true)
            let counts = try await Wire.on { reactor in
                let client = try client(reactor)
                for _ in 0..<3 {
                    let response = try await client.send(
                        ClientRequest(.post, destination, target: [0x2F], body: sent))
                    #expect(response.status == 200)
                    let body = try await response.body.collect()
                    #expect(body == sent)
                }
                let count = server.connectionCount
                client.closeIdleConnections()
                return count
            }
            #expect(counts == 1)
            await Wire.reactors[0].sleep(nanoseconds: 30_000_000)
        }
        await server.drain(graceNanoseconds: 1_000_000_000)
    }

    @Test func refusesACertificateThatNobodyTrusts() async throws {
        let server = try server { _ in Response(text: "never") }
        let destination = try Destination(
            UpstreamURL("https://localhost:\(server.port)/"), allowPrivate: true)
        let failure = try await Wire.on { reactor -> ClientFailure? in
            let client = try client(reactor, trusting: false)
            do throws(ClientFailure) {
                _ = try await client.send(ClientRequest(.get, destination, target: [0x2F]))
                return nil
            } catch {
                return error
            }
        }
        #expect(failure?.failure.code == .upstreamUnavailable)
        #expect(failure?.requestSent == false)
        await server.drain(graceNanoseconds: 1_000_000_000)
    }

    @Test func aBodyThatEndsWithATLSGoodbyeIsCertain() async throws {
        let files = Self.certificate
        let tls = try TLSServer(certificateFile: files.certificate, keyFile: files.key)
        let server = try ScriptedServer(tls: tls) { peer, _ in
            _ = try await peer.receive(until: "\r\n\r\n")
            try await peer.send("HTTP/1.1 200 OK\r\n\r\nall of it")
        }
        defer { server.stop() }
        let destination = try Destination(
            UpstreamURL("https://localhost:\(server.port)/"), allowPrivate: true)
        let (text, isCertain) = try await Wire.on { reactor in
            let response = try await client(reactor).send(
                ClientRequest(.get, destination, target: [0x2F]))
            let body = try await response.body.collect()
            return (String(decoding: body, as: UTF8.self), response.body.isEndCertain)
        }
        #expect(text == "all of it" && isCertain)
    }

    @Test func pipelinesOverTLS() async throws {
        let server = try server { Response(text: "<\($0.target.path)>") }
        let port = server.port
        let tls = try TLSClient(authoritiesFile: Self.certificate.certificate)
        let answer = try await Wire.on { reactor in
            let peer = try await RawPeer.connect(port, on: reactor, tls: tls)
            defer { peer.stream.close() }
            for number in 0..<20 {
                try await peer.send("GET /\(number) HTTP/1.1\r\nHost: a\r\n\r\n")
            }
            return try await peer.receive(until: "</19>")
        }
        #expect(answer.contains("</0>") && answer.hasSuffix("</19>"))
        await server.drain(graceNanoseconds: 1_000_000_000)
    }
}
