internal import Core
internal import Vault

/// Turns a submitted credential into headers, or says everything that is wrong with it. Values
/// never stand in a message.
struct CredentialRules {
    private(set) var problems = Problems()

    /// Names that would change how a message is framed, routed or read rather than who sends it
    /// (RFC 9110 7.6.1, RFC 9112), lower case.
    private static let refused: [[UInt8]] = [
        "host", "content-length", "content-type", "content-encoding", "transfer-encoding",
        "connection", "keep-alive", "proxy-connection", "proxy-authenticate",
        "proxy-authorization", "te", "trailer", "upgrade", "expect", "accept", "accept-encoding",
        "set-cookie", "last-event-id", "origin", "x-request-id",
    ].map { (name: String) in [UInt8](name.utf8) }

    mutating func headers(of credential: NewCredential) throws(Failure) -> [InjectedHeader] {
        let headers: [InjectedHeader]
        switch credential {
        case .none: headers = []
        case .bearer(let token):
            check(value: token, "/token")
            headers = [authorization("Bearer ", token)]
        case .basic(let username, let password):
            headers = [basic(username, password)]
        case .headers(let list):
            headers = named(list)
        }
        try problems.check("The credential cannot be stored")
        return headers
    }

    private mutating func named(_ list: [(name: String, value: Secret)]) -> [InjectedHeader] {
        if list.isEmpty { problems.add("/headers", "holds at least one header") }
        if list.count > Limits.credentialHeadersMax {
            problems.add("/headers", "holds at most \(Limits.credentialHeadersMax)")
        }
        var headers: [InjectedHeader] = []
        for (name, value) in list {
            let pointer = "/headers/\(name.utf8.count <= 64 ? name : "…")"
            let lower = name.utf8.map { isUpper($0) ? $0 | 0x20 : $0 }
            check(name: lower, pointer)
            check(value: value, pointer)
            if headers.contains(where: { $0.name == lower }) {
                problems.add(pointer, "stands there twice")
            }
            headers.append(InjectedHeader(name: lower, value: value))
        }
        return headers
    }

    /// RFC 7617: the user name holds no colon, neither part a control character.
    private mutating func basic(_ username: String, _ password: Secret) -> InjectedHeader {
        let name = Array(username.utf8)
        if name.isEmpty || name.contains(UInt8(ascii: ":")) || name.contains(where: isControl) {
            problems.add("/username", "is not empty and holds no `:` and no control characters")
        }
        let clean = password.withBytes { bytes in !bytes.contains(where: isControl) }
        if !clean || password.count == 0 || password.count > Limits.credentialValueBytesMax {
            problems.add(
                "/password",
                "is 1 to \(Limits.credentialValueBytesMax) bytes without control characters")
        }
        let pair = Secret(count: name.count + 1 + password.count) { target in
            target.copyBytes(from: name)
            target[name.count] = UInt8(ascii: ":")
            password.withBytes { target[(name.count + 1)...].copyBytes(from: $0) }
        }
        return authorization("Basic ", base64(pair))
    }

    private func authorization(_ scheme: StaticString, _ value: Secret) -> InjectedHeader {
        let joined = Secret(count: scheme.utf8CodeUnitCount + value.count) { target in
            scheme.withUTF8Buffer { target.copyBytes(from: $0) }
            value.withBytes { target[scheme.utf8CodeUnitCount...].copyBytes(from: $0) }
        }
        return InjectedHeader(name: [UInt8]("authorization".utf8), value: joined)
    }

    private mutating func check(name: [UInt8], _ pointer: String) {
        if name.isEmpty || name.count > 64 || !name.allSatisfy(isTokenByte) {
            problems.add(pointer, "is a header name of 1 to 64 token characters")
        } else if CredentialRules.refused.contains(name) || name.starts(with: "mcp-".utf8) {
            problems.add(pointer, "cannot be set: it belongs to the connection or the protocol")
        }
    }

    /// RFC 9110 5.5: visible characters, space and tab inside, no line ends. ASCII only: what an
    /// upstream makes of other bytes cannot be known.
    private mutating func check(value: Secret, _ pointer: String) {
        let fits = value.withBytes { bytes in
            !bytes.isEmpty && bytes.count <= Limits.credentialValueBytesMax
                && bytes.allSatisfy { (0x20...0x7E).contains($0) }
                && bytes.first != 0x20 && bytes.last != 0x20
        }
        if !fits {
            problems.add(
                pointer,
                "has a value of 1 to \(Limits.credentialValueBytesMax) printable ASCII "
                    + "characters with no space at either end")
        }
    }

    private func base64(_ secret: Secret) -> Secret {
        let alphabet = Array(
            "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
        return Secret(count: (secret.count + 2) / 3 * 4) { target in
            secret.withBytes { bytes in
                var position = 0
                for start in stride(from: 0, to: bytes.count, by: 3) {
                    let count = min(3, bytes.count - start)
                    var group = 0
                    for index in 0..<3 {
                        group = group << 8 | (index < count ? Int(bytes[start + index]) : 0)
                    }
                    for index in 0..<4 {
                        target[position] =
                            index <= count
                            ? alphabet[group >> (18 - 6 * index) & 63] : UInt8(ascii: "=")
                        position += 1
                    }
                }
            }
        }
    }

    private func isUpper(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
    }

    private func isControl(_ byte: UInt8) -> Bool { byte < 0x20 || byte == 0x7F }

    /// RFC 9110 5.6.2.
    private func isTokenByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
        default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
        }
    }
}
