// The two names of a request: the caller's, echoed as `X-Request-Id`, and ours, which the record
// is kept under.
internal import Core
public import HTTP

public enum RequestIdentity {
    /// The id that a request goes by: its own when it may be echoed, else `otherwise`.
    public static func requestID(of request: Request, otherwise: String) -> String {
        requestID(
            request.headers.bytes("x-request-id"),
            isRepeated: request.headers.count(of: "x-request-id") > 1, call: otherwise)
    }

    /// The caller's id when it is 1 to 64 of `[A-Za-z0-9._-]`, else ours.
    static func requestID(_ claimed: ArraySlice<UInt8>?, isRepeated: Bool, call: String) -> String {
        guard let claimed, !isRepeated, !claimed.isEmpty,
            claimed.count <= Limits.requestIDBytesMax, claimed.allSatisfy(isPlain)
        else { return call }
        return String(decoding: claimed, as: UTF8.self)
    }

    private static func isPlain(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"),
            UInt8(ascii: "-"):
            true
        default: false
        }
    }
}
