import NIOCore
package import ProtobufC

#if canImport(Glibc)
    import Glibc
#endif

/// Takes a call through its handler, back to the connection that answers it.
struct CallEnd: @unchecked Sendable {
    // Sendable: a handler's task prefers the connection's event loop, and so ends on it. Debug
    // builds look; two of `NIOLoopBound`, which always looks, were a measurable part of a call.
    private let connection: ServerConnection
    private let call: ServerCall

    init(_ connection: ServerConnection, _ call: ServerCall) {
        self.connection = connection
        self.call = call
    }

    func finish(_ reply: some WireMessage) {
        connection.loop.eventLoop.assertInEventLoop()
        connection.finish(call, reply: reply)
    }

    func finish(_ error: RPCError) {
        connection.loop.eventLoop.assertInEventLoop()
        connection.finish(call, error)
    }
}

/// Finds the handler of a method. Built once, before the server starts.
package struct Router: Sendable {
    /// One registered method: decodes a request, starts its handler, answers.
    final class Route: Sendable {
        let method: MethodDescriptor
        /// Takes the connection, the call, the request's payload and the flags of its frame.
        let start: @Sendable (ServerConnection, ServerCall, UnsafeRawBufferPointer, UInt8) -> Void
        /// Whether it is the connection's own `Hello`, which is no call of a user.
        let isHello: Bool

        init(
            method: MethodDescriptor,
            isHello: Bool = false,
            start:
                @escaping @Sendable (
                    ServerConnection, ServerCall, UnsafeRawBufferPointer, UInt8
                ) -> Void
        ) {
            self.method = method
            self.start = start
            self.isHello = isHello
        }

        /// Whether a request with these names calls it.
        func isCalled(_ service: UnsafeRawBufferPointer, _ method: UnsafeRawBufferPointer) -> Bool {
            Router.equal(service, self.method.service) && Router.equal(method, self.method.method)
        }
    }

    /// By a hash of service and method, so that a look-up makes no string.
    private var routes: [UInt64: Route] = [:]
    private var services: Set<String> = []

    /// Serves nothing.
    package init() {}

    /// The methods served, by their full names.
    package var methods: [MethodDescriptor] {
        routes.values.filter { !$0.isHello }.map(\.method).sorted { $0.fullName < $1.fullName }
    }

    /// Serves a method. Registering one twice is our bug, and so are two names with one hash.
    ///
    /// - Parameters:
    ///   - method: the method.
    ///   - handler: runs on the connection's event loop until it first suspends elsewhere; it is
    ///     cancelled when its caller's deadline has passed or its connection is gone.
    package mutating func register<Request: WireMessage, Reply: WireMessage>(
        _ method: MethodDescriptor,
        handler: @escaping @Sendable (Request, ServerContext) async throws(RPCError) -> Reply
    ) {
        precondition(method.kind == .unary, "\(method.fullName) is a stream")
        let route = Route(method: method) { connection, call, payload, _ in
            let request: Request
            do throws(WireError) {
                request = try Request.decode(payload, in: connection.arena)
            } catch {
                connection.finish(call, RPCError(error))
                return
            }
            let context = call.context
            let end = CallEnd(connection, call)
            connection.run(call) {
                do throws(RPCError) {
                    let reply = try await handler(request, context)
                    end.finish(reply)
                } catch {
                    end.finish(error)
                }
            }
        }
        add(route)
    }

    /// Makes a route known.
    mutating func add(_ route: Route) {
        let method = route.method
        let hash = method.service.utf8.withContiguousStorageIfAvailable { service in
            method.method.utf8.withContiguousStorageIfAvailable { method in
                Self.hash(UnsafeRawBufferPointer(service), UnsafeRawBufferPointer(method))
            }
        }
        guard let hash, let hash else { preconditionFailure("\(method.fullName): not UTF-8") }
        let previous = routes.updateValue(route, forKey: hash)
        precondition(previous == nil, "\(method.fullName) is registered twice")
        services.insert(method.service)
    }

    /// Serves `Hello`, which each connection answers by itself.
    mutating func addHello() {
        let method = RPCV1.ConnectionService.hello
        let route = Route(method: method, isHello: true) { connection, call, _, _ in
            connection.finish(call, RPCError(.internal, "Hello is answered by the connection."))
        }
        add(route)
    }

    /// The route of a method, or nil.
    ///
    /// - Parameter last: a route that is likely, tried first.
    func route(
        _ service: UnsafeRawBufferPointer,
        _ method: UnsafeRawBufferPointer,
        last: Route? = nil
    ) -> Route? {
        if let last, last.isCalled(service, method) { return last }
        guard let route = routes[Self.hash(service, method)], route.isCalled(service, method)
        else { return nil }
        return route
    }

    /// Whether any method of a service is served.
    func serves(_ service: String) -> Bool {
        services.contains(service)
    }

    private static func equal(_ bytes: UnsafeRawBufferPointer, _ text: String) -> Bool {
        let isEqual = text.utf8.withContiguousStorageIfAvailable { text in
            guard let base = bytes.baseAddress, let other = text.baseAddress else {
                return bytes.count == text.count
            }
            return bytes.count == text.count && memcmp(base, other, text.count) == 0
        }
        return isEqual ?? bytes.elementsEqual(text.utf8)
    }

    /// FNV-1a over "service/method".
    private static func hash(
        _ service: UnsafeRawBufferPointer,
        _ method: UnsafeRawBufferPointer
    ) -> UInt64 {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        func add(_ byte: UInt8) { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
        for byte in service { add(byte) }
        add(UInt8(ascii: "/"))
        for byte in method { add(byte) }
        return hash
    }
}
