// The identity of a JSON-RPC request: a string or an integer, never confused with one another.
public import Core

/// A JSON-RPC request id. `1` and `"1"` are different ids; null, booleans and fractions are none.
public struct RequestID: Hashable, Sendable {
    /// The id as JSON text: an integer as it was written (`-0` as `0`), a string in canonical form.
    public let json: [UInt8]

    /// Longest id taken, as JSON text.
    public static let bytesMax = 256

    public init(_ number: Int) {
        json = Array(String(number).utf8)
    }

    /// Nil when the node is not a string or an integer, or is longer than `bytesMax`.
    public init?(_ node: JSON) {
        switch node.kind {
        case .string:
            json = node.canonical
        case .number:
            guard let lexeme = node.lexeme, Self.isInteger(lexeme) else { return nil }
            // The one integer with two forms; whoever computes with it answers `0`.
            json = lexeme == Self.minusZero ? Array("0".utf8) : lexeme
        case .null, .bool, .array, .object:
            return nil
        }
        guard json.count <= Self.bytesMax else { return nil }
    }

    private static let minusZero = Array("-0".utf8)

    private static func isInteger(_ lexeme: [UInt8]) -> Bool {
        for (index, byte) in lexeme.enumerated() {
            let isDigit = byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9")
            guard isDigit || (index == 0 && byte == UInt8(ascii: "-")) else { return false }
        }
        return true
    }
}
