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

extension PageRequest {
    /// The id after which the page begins, for lists in the order of their ids.
    func afterID() throws(Failure) -> String {
        guard let token else { return "00000000-0000-0000-0000-000000000000" }
        guard isID(token) else {
            throw Failure(
                .invalid, "The page token is not one this list gave out",
                errors: [Failure.Field(pointer: "/page_token", detail: "is unknown")])
        }
        return token
    }
}

extension Page {
    /// Cuts what was read with one item too many: that one only tells that there is more.
    init(of read: [Item], limit: Int, token: (Item) -> String) {
        items = Array(read.prefix(limit))
        next = read.count > limit ? items.last.map(token) : nil
    }
}
