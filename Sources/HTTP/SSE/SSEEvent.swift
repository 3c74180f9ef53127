/// One server-sent event (WHATWG HTML, section 9.2), or a comment when it has nothing else.
public struct SSEEvent: Equatable, Sendable {
    /// The stream's last event id after this event; nil when none was ever sent.
    public var id: String?
    /// The event's type; nil means `message`.
    public var event: String?
    /// The data lines joined by line feeds, as received.
    public var data: [UInt8]
    /// The reconnection time in milliseconds that this event set.
    public var retry: Int?

    public init(
        id: String? = nil, event: String? = nil, data: [UInt8] = [], retry: Int? = nil
    ) {
        self.id = id
        self.event = event
        self.data = data
        self.retry = retry
    }
}
