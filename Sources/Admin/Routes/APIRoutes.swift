/// The API's one route table.
enum APIRoutes {
    static let all: [Endpoint] =
        ServerRoutes.all + PolicyRoutes.all + AttachmentRoutes.all + AgentRoutes.all
        + GrantRoutes.all + TokenRoutes.all + AuditRoutes.all
}

extension AdminAPI {
    /// The whole API over these services.
    public init(services: Services) {
        self.init(services: services, endpoints: APIRoutes.all)
    }
}
