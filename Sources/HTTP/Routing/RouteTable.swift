public import Core

/// One line of a route table. It cannot be written without the permission it needs.
///
/// `Context` is what the surface knows about a caller when the handler runs (principal, services);
/// `Permission` is the surface's own type.
public struct Route<Context: Sendable, Permission: Sendable>: Sendable {
    public typealias Handler =
        @Sendable (Request, PathParameters, Context) async throws(Failure) -> Response

    public let method: Method
    public let pattern: PathPattern
    public let permission: Permission
    /// One line for the OpenAPI document.
    public let summary: String
    public let handler: Handler

    public init(
        _ method: Method, _ pattern: String, _ permission: Permission, summary: String = "",
        _ handler: @escaping Handler
    ) {
        self.method = method
        self.pattern = PathPattern(pattern)
        self.permission = permission
        self.summary = summary
        self.handler = handler
    }
}

/// Every route of a surface, as a literal list: it drives the router, the OpenAPI document and the
/// role × route tests.
public struct RouteTable<Context: Sendable, Permission: Sendable>: Sendable {
    public enum Match: Sendable {
        case found(Route<Context, Permission>, PathParameters)
        /// The path exists with other methods: the value of `Allow`.
        case methodNotAllowed(allow: String)
        case notFound
        /// The path cannot be read in exactly one way.
        case malformed(Failure)
    }

    public let routes: [Route<Context, Permission>]

    /// Traps on two routes with the same method and pattern: tables are literals of the program.
    public init(_ routes: [Route<Context, Permission>]) {
        for (index, route) in routes.enumerated() {
            let twice = routes[..<index].contains {
                $0.method == route.method && $0.pattern.parts == route.pattern.parts
            }
            precondition(!twice, "route listed twice: \(route.method.name) \(route.pattern)")
        }
        self.routes = routes
    }

    /// Finds the route: the first that fits in the order of the list, literals before parameters
    /// only if listed so. `HEAD` takes the `GET` route. `OPTIONS` is refused unless listed.
    public func match(_ method: Method, _ target: Target) -> Match {
        let segments: [String]
        do {
            segments = try target.pathSegments
        } catch {
            return .malformed(error)
        }
        if target.pathBytes.first != .slash { return .notFound }
        var allowed: [Method] = []
        for route in routes {
            guard let parameters = route.pattern.match(segments) else { continue }
            if route.method == method || (method == .head && route.method == .get) {
                return .found(route, parameters)
            }
            if !allowed.contains(route.method) { allowed.append(route.method) }
        }
        return allowed.isEmpty ? .notFound : .methodNotAllowed(allow: allow(allowed))
    }

    private func allow(_ methods: [Method]) -> String {
        var names = methods.map(\.name)
        if methods.contains(.get), !methods.contains(.head) { names.append("HEAD") }
        return names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }.joined(separator: ", ")
    }
}
