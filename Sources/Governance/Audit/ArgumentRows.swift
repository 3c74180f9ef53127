public import Core
public import Vault

/// The arguments of a call as far as the record knows them: a row for every scalar and every
/// empty container – path, JSON type, size, MAC – and never a value, unless a policy captures its
/// path.
///
/// **Path.** `args`, then for every step down `.name`, `["name"]` for a name that is not
/// `[A-Za-z_][A-Za-z0-9_-]*` (quoted as in RFC 8785), `[n]` for an element. A name that the
/// tool's pinned schema does not know may itself be a value: it stands as `[#mac]`. A path longer
/// than `Limits.auditPathBytesMax` stands as `#mac` of the whole path.
///
/// **MAC.** 128-bit BLAKE2b under the tenant's `mac` key: of a scalar over its typed canonical
/// form (`JSON.typedCanonical`) in domain `argument`, so that `100` and `1e2` agree and `"100"`
/// does not, wherever they stand; of a name over its bytes in domain `name`; of a path in domain
/// `path`.
///
/// **Size.** Bytes of a string's UTF-8 or of a number as written; 1 for a boolean (its length would
/// tell it); 0 for null and empty containers.
///
/// **Limit.** Beyond `limit` rows there is one last row of type `overflow`: path `args`, size the
/// number of rows left out, MAC of the typed canonical form of all arguments in domain `arguments`.
public struct ArgumentRows: Sendable {
    public enum Kind: String, Sendable, CaseIterable {
        case null, boolean, number, string, array, object, overflow
    }

    public struct Row: Sendable, Equatable {
        public let path: [UInt8]
        public let type: Kind
        public let size: Int
        /// Nil for empty containers only.
        public let mac: MAC?
        /// The value as JSON, numbers as written, where a policy captures this path.
        public let value: [UInt8]?
    }

    public let rows: [Row]
    /// The key of the MACs.
    public let key: KeyID

    /// - Parameters:
    ///   - arguments: what the policy decided on.
    ///   - key: the tenant's `mac` subkey.
    ///   - knows: whether the tool's pinned schema knows an object key; nil knows none.
    ///   - captures: whether a policy captures the value at a path.
    public init(
        _ arguments: JSON, key: SubKey, knows: (([UInt8]) -> Bool)?,
        captures: (([UInt8]) -> Bool)? = nil, limit: Int = Limits.auditArgumentRowsMax
    ) {
        var walk = ArgumentWalk(key: key, knows: knows, captures: captures, limit: limit)
        walk.visit(arguments)
        if walk.skipped > 0 { walk.appendOverflow(of: arguments) }
        rows = walk.rows
        self.key = key.id
    }

    /// For reading back.
    init(rows: [Row], key: KeyID) {
        self.rows = rows
        self.key = key
    }

    /// The MAC an investigator compares with: of a scalar, as rows hold it.
    public static func mac(of scalar: JSON, key: SubKey) -> MAC {
        MAC(scalar.typedCanonical, key: key, domain: "argument")
    }
}
