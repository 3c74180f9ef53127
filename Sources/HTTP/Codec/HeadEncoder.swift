// Writes heads. Fields that say how a message is framed come from here alone, never from a handler.

enum HeadEncoder {
    /// A response's head with its empty line.
    static func response(
        status: Int, headers: Headers, framing: Framing, keepAlive: Bool,
        version: Request.Version, date: [UInt8], into out: ByteBuffer
    ) {
        statusLine(status, into: out)
        fields(headers, into: out, isRequest: false)
        out.append("Date: ")
        out.append(date)
        switch framing {
        case .none: out.append("\r\n")
        case .length(let count):
            out.append("\r\nContent-Length: ")
            out.append(number: count)
            out.append("\r\n")
        case .chunked: out.append("\r\nTransfer-Encoding: chunked\r\n")
        case .untilClose: out.append("\r\n")
        }
        if !keepAlive {
            out.append("Connection: close\r\n\r\n")
        } else if version == .http10 {
            out.append("Connection: keep-alive\r\n\r\n")
        } else {
            out.append("\r\n")
        }
    }

    /// A request's head with its empty line. `authority` and `target` were checked when they were
    /// made. A length of nil means that the method has no body.
    static func request(
        _ method: Method, target: [UInt8], authority: [UInt8], headers: Headers,
        contentLength: Int?, into out: ByteBuffer
    ) {
        switch method {
        case .post: out.append("POST ")
        case .get: out.append("GET ")
        default:
            out.append(method.bytes)
            out.append(UInt8.space)
        }
        out.append(target)
        out.append(" HTTP/1.1\r\nHost: ")
        out.append(authority)
        out.append("\r\n")
        fields(headers, into: out, isRequest: true)
        if let contentLength {
            out.append("Content-Length: ")
            out.append(number: contentLength)
            out.append("\r\n")
        }
        out.append("\r\n")
    }

    private static func statusLine(_ status: Int, into out: ByteBuffer) {
        switch status {
        case 200: out.append("HTTP/1.1 200 OK\r\n")
        case 202: out.append("HTTP/1.1 202 Accepted\r\n")
        default:
            out.append("HTTP/1.1 ")
            out.append(number: status)
            out.append(UInt8.space)
            out.append(reason(status))
            out.append("\r\n")
        }
    }

    private static func fields(_ headers: Headers, into out: ByteBuffer, isRequest: Bool) {
        headers.block.withUnsafeBytes { block in
            for field in headers.fields {
                if isOurs(block[field.name], isRequest) { continue }
                out.append(UnsafeRawBufferPointer(rebasing: block[field.name]))
                out.append(": ")
                out.append(UnsafeRawBufferPointer(rebasing: block[field.value]))
                out.append("\r\n")
            }
        }
    }

    /// Whether a field belongs to the connection or the framing, told by its length first.
    private static func isOurs(_ slice: Slice<UnsafeRawBufferPointer>, _ isRequest: Bool) -> Bool {
        let name = UnsafeRawBufferPointer(rebasing: slice).assumingMemoryBound(to: UInt8.self).span
        switch name.count {
        case 2: return isRequest && equalFolded(name, "te")
        case 4: return equalFolded(name, isRequest ? "host" : "date")
        case 6: return isRequest && equalFolded(name, "expect")
        case 7: return equalFolded(name, "trailer") || equalFolded(name, "upgrade")
        case 10: return equalFolded(name, "connection") || equalFolded(name, "keep-alive")
        case 14: return equalFolded(name, "content-length")
        case 16: return equalFolded(name, "proxy-connection")
        case 17: return equalFolded(name, "transfer-encoding")
        default: return false
        }
    }

    /// The reason phrases of RFC 9110 and its companions, for people who read wires.
    static func reason(_ status: Int) -> StaticString {
        switch status {
        case 200: "OK"
        case 201: "Created"
        case 202: "Accepted"
        case 204: "No Content"
        case 301: "Moved Permanently"
        case 302: "Found"
        case 303: "See Other"
        case 304: "Not Modified"
        case 307: "Temporary Redirect"
        case 308: "Permanent Redirect"
        case 400: "Bad Request"
        case 401: "Unauthorized"
        case 403: "Forbidden"
        case 404: "Not Found"
        case 405: "Method Not Allowed"
        case 406: "Not Acceptable"
        case 408: "Request Timeout"
        case 409: "Conflict"
        case 412: "Precondition Failed"
        case 413: "Content Too Large"
        case 414: "URI Too Long"
        case 415: "Unsupported Media Type"
        case 417: "Expectation Failed"
        case 428: "Precondition Required"
        case 429: "Too Many Requests"
        case 431: "Request Header Fields Too Large"
        case 500: "Internal Server Error"
        case 502: "Bad Gateway"
        case 503: "Service Unavailable"
        case 504: "Gateway Timeout"
        case 505: "HTTP Version Not Supported"
        default: "Status"
        }
    }
}
