public import Core

/// Which part of a list is asked for: at most `limit` items after the one `token` names.
public struct PageRequest: Sendable {
    /// 1 … `Limits.pageItemsMax`; more is capped.
    public let limit: Int
    /// The `next` of the page before.
    public let token: String?

    public init(limit: Int = Limits.pageItemsDefault, token: String? = nil) {
        self.limit = min(max(limit, 1), Limits.pageItemsMax)
        self.token = token
    }
}

/// A part of a list, oldest first. `next` is nil on the last one.
public struct Page<Item: Sendable>: Sendable {
    public let items: [Item]
    public let next: String?
}
