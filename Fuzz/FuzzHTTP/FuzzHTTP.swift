import Core
import FuzzDriver
import HTTP

@main
enum FuzzHTTP {
    static func main() { fuzz(tryOne) }
}

/// Whatever the bytes, every parser answers without a crash, and the same however the bytes are
/// split. The first byte chooses the parser, the second where to cut. libFuzzer's archive asks for
/// the C name.
@_cdecl("LLVMFuzzerTestOneInput")
public func tryOne(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let input = [UInt8](UnsafeBufferPointer(start: start, count: count))
    guard input.count > 2 else { return 0 }
    let bytes = Array(input[2...])
    let cut = Int(input[1]) * bytes.count / 256
    let halves = [Array(bytes[..<cut]), Array(bytes[cut...])]
    let single = bytes.map { [$0] }
    switch input[0] % 4 {
    case 0:
        let whole = readRequests([bytes])
        precondition(readRequests(halves) == whole, "two halves, another verdict")
        precondition(readRequests(single) == whole, "single bytes, another verdict")
    case 1:
        let toHead = input[1] & 1 == 1
        let whole = readResponses([bytes], toHead: toHead)
        precondition(readResponses(halves, toHead: toHead) == whole, "halves, another verdict")
        precondition(readResponses(single, toHead: toHead) == whole, "bytes, another verdict")
    case 2:
        let whole = readEvents([bytes])
        precondition(readEvents(halves) == whole, "two halves, other events")
        precondition(readEvents(single) == whole, "single bytes, other events")
        for event in whole ?? [] { checkEvent(event) }
    default:
        checkText(String(decoding: bytes, as: UTF8.self))
    }
    return 0
}

/// What is written reads as one event, and writing that again changes nothing.
private func checkEvent(_ event: SSEEvent) {
    var parser = SSEParser()
    guard let again = try? parser.feed(SSEWriter.bytes(event)), again.count == 1 else {
        preconditionFailure("one event was written, another number read")
    }
    precondition(again[0].data == event.data, "the data changed")
}

/// URLs, targets and addresses.
private func checkText(_ text: String) {
    if let url = try? UpstreamURL(text) {
        let target = String(decoding: url.target, as: UTF8.self)
        let written = "\(url.scheme.rawValue)://\(url.authority)\(target)"
        precondition((try? UpstreamURL(written)) == url, "the URL reads differently again")
        precondition(Target(target) != nil, "a URL's target is refused as a target")
    }
    if let target = Target(text) {
        if let segments = try? target.pathSegments {
            precondition(
                segments.allSatisfy { $0.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x2F } },
                "a segment holds a slash or a control byte")
        }
        _ = try? target.queryItems()
    }
    if let address = IPAddress(text) {
        if AddressPolicy.allows(address, allowPrivate: false) {
            precondition(AddressPolicy.allows(address, allowPrivate: true), "less is more")
        }
    }
}
