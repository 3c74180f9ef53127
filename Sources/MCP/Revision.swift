// The revisions of the Model Context Protocol, and the two shapes they come in.

/// The two protocol shapes: sessions and handshakes, or every request for itself.
public enum Era: Sendable, Equatable {
    /// `initialize`, `Mcp-Session-Id`, GET streams: every revision before 2026-07-28.
    case legacy
    /// Stateless, headers that mirror the body, POST only: 2026-07-28.
    case modern
}

/// A revision of the protocol that the gateway speaks, oldest first.
public enum Revision: UInt8, Sendable, CaseIterable, Comparable {
    case v2024_11_05
    case v2025_03_26
    case v2025_06_18
    case v2025_11_25
    case v2026_07_28

    /// The date that names the revision on the wire.
    public var text: String {
        switch self {
        case .v2024_11_05: "2024-11-05"
        case .v2025_03_26: "2025-03-26"
        case .v2025_06_18: "2025-06-18"
        case .v2025_11_25: "2025-11-25"
        case .v2026_07_28: "2026-07-28"
        }
    }

    public var era: Era { self == .v2026_07_28 ? .modern : .legacy }

    /// The newest revision of the handshake era, which is what an `initialize` proposes.
    public static let newestLegacy = Revision.v2025_11_25
    public static let newest = Revision.v2026_07_28

    /// The revision of exactly that name; nil for every other text.
    public init?(_ bytes: some Collection<UInt8>) {
        guard bytes.count == 10 else { return nil }
        for revision in Revision.allCases.reversed()
        where revision.text.utf8.elementsEqual(bytes) {
            self = revision
            return
        }
        return nil
    }

    public static func < (left: Revision, right: Revision) -> Bool {
        left.rawValue < right.rawValue
    }

    /// What an endpoint of these eras may list in `data.supported`, newest first.
    public static func supported(_ eras: [Era]) -> [Revision] {
        allCases.reversed().filter { eras.contains($0.era) && $0 != .v2024_11_05 }
    }
}
