// The methods a client may use through the gateway. What is not in this table is refused: an
// unknown method cannot be governed.

/// A JSON-RPC method of a client that the gateway knows and relays.
public enum RPCMethod: UInt8, Sendable, CaseIterable {
    case toolsCall
    case toolsList
    case initialize
    case ping
    case serverDiscover
    case resourcesList
    case resourcesTemplatesList
    case resourcesRead
    case resourcesSubscribe
    case resourcesUnsubscribe
    case promptsList
    case promptsGet
    case completionComplete
    case loggingSetLevel
    case subscriptionsListen
    case notificationsInitialized
    case notificationsCancelled
    case notificationsProgress
    case notificationsRootsListChanged

    /// The method's name on the wire.
    public var text: String { Self.names[Int(rawValue)].description }

    /// Whether it is a notification (has no id and gets no response).
    public var isNotification: Bool {
        rawValue >= Self.notificationsInitialized.rawValue
    }

    /// The parameter that `Mcp-Name` mirrors, for the methods that name one thing.
    public var nameParameter: StaticString? {
        switch self {
        case .toolsCall, .promptsGet: "name"
        case .resourcesRead: "uri"
        default: nil
        }
    }

    /// Whether a client of this era may send it.
    public func exists(in era: Era) -> Bool {
        switch self {
        case .toolsCall, .toolsList, .resourcesList, .resourcesTemplatesList, .resourcesRead,
            .promptsList, .promptsGet, .completionComplete, .notificationsCancelled:
            true
        case .serverDiscover, .subscriptionsListen:
            era == .modern
        case .initialize, .ping, .resourcesSubscribe, .resourcesUnsubscribe, .loggingSetLevel,
            .notificationsInitialized, .notificationsProgress, .notificationsRootsListChanged:
            era == .legacy
        }
    }

    /// The method of exactly that name; nil for every other text.
    public init?(_ bytes: [UInt8]) {
        for method in Self.allCases
        where HeaderValue.equal(bytes, Self.names[Int(method.rawValue)]) {
            self = method
            return
        }
        return nil
    }

    private static let names: [StaticString] = [
        "tools/call", "tools/list", "initialize", "ping", "server/discover", "resources/list",
        "resources/templates/list", "resources/read", "resources/subscribe",
        "resources/unsubscribe", "prompts/list", "prompts/get", "completion/complete",
        "logging/setLevel", "subscriptions/listen", "notifications/initialized",
        "notifications/cancelled", "notifications/progress", "notifications/roots/list_changed",
    ]
}
