/// Writes events of an event stream. Whatever the data, exactly one event comes out: lines are
/// split at CR, LF and CRLF, and an id or type that could end its line is left out.
public enum SSEWriter {
    /// The wire form of an event, its empty line included.
    public static func bytes(_ event: SSEEvent) -> [UInt8] {
        var out: [UInt8] = []
        out.reserveCapacity(event.data.count + 64)
        if let id = event.id, isOneLine(id), !id.utf8.contains(0) { line("id", id.utf8, to: &out) }
        if let type = event.event, isOneLine(type) { line("event", type.utf8, to: &out) }
        if let retry = event.retry { line("retry", String(retry).utf8, to: &out) }
        var start = 0
        var index = 0
        while index < event.data.count {
            let byte = event.data[index]
            guard byte == .lf || byte == .cr else {
                index += 1
                continue
            }
            line("data", event.data[start..<index], to: &out)
            index += 1
            if byte == .cr, index < event.data.count, event.data[index] == .lf { index += 1 }
            start = index
        }
        line("data", event.data[start...], to: &out)
        out.append(.lf)
        return out
    }

    /// A comment, which clients skip: keeps a quiet stream alive.
    public static func comment(_ text: StaticString) -> [UInt8] {
        var out: [UInt8] = [.colon, .space]
        for byte in HTTP.bytes(of: text) where byte != .cr && byte != .lf { out.append(byte) }
        out += [.lf, .lf]
        return out
    }

    private static func isOneLine(_ text: String) -> Bool {
        !text.utf8.contains { $0 == .cr || $0 == .lf }
    }

    private static func line(
        _ name: StaticString, _ value: some Collection<UInt8>, to out: inout [UInt8]
    ) {
        out += HTTP.bytes(of: name)
        out += [.colon, .space]
        out += value
        out.append(.lf)
    }
}
