public import Core

/// YAML 1.2, core schema, read safely: for policies and for the configuration file.
///
/// Bounded in bytes, depth and nodes. One document only; no aliases, so no small text can grow
/// into a large tree; no tags but the core schema's own; keys are scalars and unique. Every node
/// knows where it stands, so that every error can say so. Numbers keep their text and are exact.
public enum YAML {
    /// What is wrong with a text, and where.
    public struct Problem: Error, Sendable, Equatable {
        /// The way to the node, such as `tools.create_refund.rules[2]`; empty for the document.
        public let pointer: String
        /// Counted from 1.
        public let line: Int
        /// Counted from 1.
        public let column: Int
        /// What is wrong and what would be right.
        public let message: String

        public init(pointer: String, line: Int, column: Int, message: String) {
            self.pointer = pointer
            self.line = line
            self.column = column
            self.message = message
        }
    }

    /// Everything wrong with a text.
    public struct Problems: Error, Sendable {
        public let problems: [Problem]
    }

    /// The bounds of one text.
    public struct Bounds: Sendable {
        public var bytesMax: Int
        public var depthMax: Int
        public var nodesMax: Int

        public init(
            bytesMax: Int = Limits.policyBytesMax, depthMax: Int = Limits.yamlDepthMax,
            nodesMax: Int = Limits.yamlNodesMax
        ) {
            self.bytesMax = bytesMax
            self.depthMax = depthMax
            self.nodesMax = nodesMax
        }

        public static let standard = Bounds()
    }

    /// Reads one document. Problems of structure (duplicate keys, aliases) are all reported; the
    /// first problem of syntax ends the reading.
    public static func parse(
        _ bytes: [UInt8], bounds: Bounds = .standard
    ) -> Result<Node, Problems> {
        let (root, problems) = read(bytes, bounds: bounds)
        guard let root, problems.isEmpty else { return .failure(Problems(problems: problems)) }
        return .success(root)
    }
}
