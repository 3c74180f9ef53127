// Where to connect and as whom.
internal import CPQ
internal import Core
internal import Reactor

/// A PostgreSQL connection URL (or keyword string) and the name under which we appear there.
struct ConnectionTarget: Sendable {
    private struct Host: Sendable {
        var name: String
        var address: String
        var port: String
    }

    private let url: String
    private let applicationName: String
    private var hosts: [Host]

    /// Fails with a sentence that says what a URL looks like; the URL itself (it holds a password)
    /// is not repeated.
    init(url: String, applicationName: String) throws(Failure) {
        self.url = url
        self.applicationName = applicationName
        guard let options = PQconninfoParse(url, nil) else {
            throw Failure(
                .invalid,
                "The database URL cannot be read: write "
                    + "`postgresql://user:password@host:5432/database`.")
        }
        defer { PQconninfoFree(options) }
        func list(_ keyword: String) -> [String] {
            var option = options
            while let name = option.pointee.keyword {
                if String(cString: name).utf8.elementsEqual(keyword.utf8) {
                    guard let value = option.pointee.val else { return [] }
                    return String(cString: value)
                        .split(separator: ",", omittingEmptySubsequences: false).map(String.init)
                }
                option += 1
            }
            return []
        }
        let (names, addresses, ports) = (list("host"), list("hostaddr"), list("port"))
        hosts = names.indices.map { index in
            Host(
                name: names[index], address: index < addresses.count ? addresses[index] : "",
                port: index < ports.count ? ports[index] : ports.first ?? "")
        }
    }

    /// Whether libpq would have to ask the name service, which blocks.
    var needsResolution: Bool { hosts.contains { needsResolution($0) } }

    private func needsResolution(_ host: Host) -> Bool {
        let isSocket = ["/", "@"].contains(String(host.name.prefix(1)))
        return !host.name.isEmpty && host.address.isEmpty && !isSocket
            && SocketAddress(host: host.name, port: 0) == nil
    }

    /// The same with the addresses of every host, in the order to be tried. On a reactor, from a
    /// task. Fails when a name has none.
    nonisolated(nonsending) func resolved() async throws(Failure) -> ConnectionTarget {
        var copy = self
        copy.hosts = []
        for host in hosts {
            guard needsResolution(host) else {
                copy.hosts.append(host)
                continue
            }
            for address in try await Resolver.resolve(host: host.name, port: 0) {
                var one = host
                one.address = address.host
                copy.hosts.append(one)
            }
        }
        return copy
    }

    /// Calls with parallel arrays for `PQconnectStartParams` and its kin. What stands behind the
    /// URL (`dbname`) overrides it.
    func withKeywords<Value>(
        _ body: (
            UnsafePointer<UnsafePointer<CChar>?>, UnsafePointer<UnsafePointer<CChar>?>
        ) -> Value
    ) -> Value {
        var pairs = [
            ("fallback_application_name", applicationName), ("connect_timeout", "5"),
            ("dbname", url), ("client_encoding", "UTF8"),
        ]
        if hosts.contains(where: { !$0.address.isEmpty }) {
            pairs.append(("host", hosts.map(\.name).joined(separator: ",")))
            pairs.append(("hostaddr", hosts.map(\.address).joined(separator: ",")))
            pairs.append(("port", hosts.map(\.port).joined(separator: ",")))
        }
        let words = (pairs.map(\.0) + pairs.map(\.1)).map { Array($0.utf8CString) }
        return ConnectionTarget.withPointers(words[...], []) { pointers in
            let keywords = Array(pointers.prefix(pairs.count)) + [nil]
            let values = Array(pointers.dropFirst(pairs.count)) + [nil]
            return body(keywords, values)
        }
    }

    private static func withPointers<Value>(
        _ words: ArraySlice<[CChar]>, _ pointers: [UnsafePointer<CChar>?],
        _ body: ([UnsafePointer<CChar>?]) -> Value
    ) -> Value {
        guard let word = words.first else { return body(pointers) }
        return word.withUnsafeBufferPointer {
            withPointers(words.dropFirst(), pointers + [$0.baseAddress], body)
        }
    }
}
