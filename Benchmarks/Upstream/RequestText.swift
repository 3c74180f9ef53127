// As much of HTTP and JSON as the benchmark's own clients need: a head, Content-Length, the
// top-level `id` and `method` of a JSON-RPC message. Trusts its peers.

struct RequestText {
    /// Where the next request starts.
    let end: Int
    let isPost: Bool
    let method: ArraySlice<UInt8>
    let id: ArraySlice<UInt8>

    /// nil until the request is whole.
    init?(_ bytes: [UInt8], from start: Int) {
        guard let head = Self.find("\r\n\r\n", in: bytes, from: start) else { return nil }
        isPost = bytes[start...].starts(with: "POST".utf8)
        let body = head + 4
        let size = Self.contentLength(bytes[start..<head])
        guard bytes.count >= body + size else { return nil }
        end = body + size
        (method, id) = Self.members(of: bytes[body..<end])
    }

    private static func find(_ text: StaticString, in bytes: [UInt8], from start: Int) -> Int? {
        let count = text.utf8CodeUnitCount
        guard bytes.count - start >= count else { return nil }
        return text.withUTF8Buffer { wanted in
            (start...(bytes.count - count)).first { place in
                bytes[place] == wanted[0] && bytes[place..<place + count].elementsEqual(wanted)
            }
        }
    }

    private static func contentLength(_ head: ArraySlice<UInt8>) -> Int {
        let name = Array("content-length:".utf8)
        var line = head.startIndex
        while let next = head[line...].firstIndex(of: 10) {
            line = next + 1
            let lower = head[line...].prefix(name.count).lazy.map { $0 | 0x20 }
            guard lower.elementsEqual(name.map { $0 | 0x20 }) else { continue }
            let digits = head[(line + name.count)...].drop { $0 == 32 }.prefix { $0 >= 48 }
            return digits.reduce(0) { $0 * 10 + Int($1 - 48) }
        }
        return 0
    }

    /// One pass over the outermost object; strings are stepped over.
    private static func members(
        of body: ArraySlice<UInt8>
    ) -> (method: ArraySlice<UInt8>, id: ArraySlice<UInt8>) {
        var (method, id) = (body.prefix(0), body.prefix(0))
        var (depth, place, key) = (0, body.startIndex, body.prefix(0))
        while place < body.endIndex {
            let start = place
            switch body[place] {
            case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"): depth -= 1
            case UInt8(ascii: "\""):
                place = skipString(body, place)
                let text = body[start..<place]
                if depth == 1, key.elementsEqual("\"method\"".utf8) { method = text }
                if depth == 1, key.elementsEqual("\"id\"".utf8) { id = text }
                key = text
                continue
            case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"):
                while place < body.endIndex, body[place] > 0x2c, body[place] < 0x7b { place += 1 }
                if depth == 1, key.elementsEqual("\"id\"".utf8) { id = body[start..<place] }
                key = body.prefix(0)
                continue
            case UInt8(ascii: ","): key = body.prefix(0)
            default: break
            }
            place += 1
        }
        return (method, id)
    }

    private static func skipString(_ body: ArraySlice<UInt8>, _ start: Int) -> Int {
        var place = start + 1
        while place < body.endIndex, body[place] != UInt8(ascii: "\"") {
            place += body[place] == UInt8(ascii: "\\") ? 2 : 1
        }
        return min(place + 1, body.endIndex)
    }
}
