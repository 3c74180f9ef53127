internal import Core

/// The limits of one codec; the product's are the defaults, tests make them small.
public struct CodecLimits: Sendable {
    /// Start line with its CRLF.
    public var startLineBytesMax = Limits.httpStartLineBytesMax
    /// One field line with its CRLF.
    public var fieldLineBytesMax = Limits.httpFieldLineBytesMax
    /// Start line, fields and the empty line.
    public var headBytesMax = Limits.httpHeadBytesMax
    public var fieldsMax = Limits.httpFieldsMax
    /// A whole body, after the chunked coding is taken off.
    public var bodyBytesMax = Limits.bodyBytesMax

    public init() {}
}
