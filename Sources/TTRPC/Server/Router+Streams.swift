import NIOCore
package import ProtobufC

// Methods whose requests, replies or both are streams. Their handlers run like those of unary
// calls: on the connection's event loop until they first suspend elsewhere, and cancelled when
// nobody waits any more.
extension Router {
    /// Serves a method that answers one request with a stream.
    ///
    /// The stream ends when the handler returns or throws; what it wrote before is sent first.
    package mutating func register<Request: WireMessage, Reply: WireMessage>(
        _ method: MethodDescriptor,
        serverStream handler:
            @escaping @Sendable (Request, RPCWriter<Reply>, ServerContext)
            async throws(RPCError) -> Void
    ) {
        precondition(method.kind == .serverStream, "\(method.fullName) is not a server stream")
        let route = Route(method: method) { connection, call, payload, flags in
            let request: Request
            do throws(WireError) {
                request = try Request.decode(payload, in: connection.arena)
            } catch {
                return connection.finish(call, RPCError(error))
            }
            let port = TypedStreamPort<Request, Reply>(connection, method, flags)
            connection.adopt(port, call)
            let writer = RPCWriter(port.outbound)
            Self.run(connection, call) { (context) async throws(RPCError) in
                try await handler(request, writer, context)
            }
        }
        add(route)
    }

    /// Serves a method that answers a stream with one reply.
    package mutating func register<Request: WireMessage, Reply: WireMessage>(
        _ method: MethodDescriptor,
        clientStream handler:
            @escaping @Sendable (RPCMessages<Request>, ServerContext)
            async throws(RPCError) -> Reply
    ) {
        precondition(method.kind == .clientStream, "\(method.fullName) is not a client stream")
        let route = Route(method: method) { connection, call, payload, flags in
            let port = TypedStreamPort<Request, Reply>(connection, method, flags)
            connection.adopt(port, call)
            guard connection.begin(port, call, payload, flags) else { return }
            let messages = RPCMessages(port.inbound)
            let bound = connection.bound
            let boundCall = NIOLoopBound(call, eventLoop: connection.loop.eventLoop)
            let context = call.context
            connection.run(call) {
                do throws(RPCError) {
                    let reply = try await handler(messages, context)
                    bound.value.handlerEnded(boundCall.value, reply: reply)
                } catch {
                    bound.value.handlerEnded(boundCall.value, error)
                }
            }
        }
        add(route)
    }

    /// Serves a method whose two sides both stream.
    ///
    /// The replies end when the handler returns or throws, even while requests still come.
    package mutating func register<Request: WireMessage, Reply: WireMessage>(
        _ method: MethodDescriptor,
        bidirectional handler:
            @escaping @Sendable (RPCMessages<Request>, RPCWriter<Reply>, ServerContext)
            async throws(RPCError) -> Void
    ) {
        precondition(method.kind == .bidirectional, "\(method.fullName) does not stream both ways")
        let route = Route(method: method) { connection, call, payload, flags in
            let port = TypedStreamPort<Request, Reply>(connection, method, flags)
            connection.adopt(port, call)
            guard connection.begin(port, call, payload, flags) else { return }
            let messages = RPCMessages(port.inbound)
            let writer = RPCWriter(port.outbound)
            Self.run(connection, call) { (context) async throws(RPCError) in
                try await handler(messages, writer, context)
            }
        }
        add(route)
    }

    /// Runs a handler whose end is the end of its replies.
    private static func run(
        _ connection: ServerConnection,
        _ call: ServerCall,
        _ handler: @escaping @Sendable (ServerContext) async throws(RPCError) -> Void
    ) {
        let bound = connection.bound
        let boundCall = NIOLoopBound(call, eventLoop: connection.loop.eventLoop)
        let context = call.context
        connection.run(call) {
            var failure: RPCError?
            do throws(RPCError) {
                try await handler(context)
            } catch {
                failure = error
            }
            bound.value.handlerEnded(boundCall.value, failure)
        }
    }
}

extension TypedStreamPort {
    /// The server's end of a call that has arrived.
    fileprivate convenience init(
        _ connection: ServerConnection,
        _ method: MethodDescriptor,
        _ flags: UInt8
    ) {
        self.init(
            StreamLink(connection.loop.eventLoop),
            StreamStateMachine(
                serverOf: method.kind,
                isOpen: flags & FrameHeader.Flag.remoteOpen != 0
            ),
            windowBytes: connection.loop.configuration.streamWindowBytes,
            maxMessageBytes: method.maxRequestBytes,
            maxQueuedMessages: StreamLimits.maxQueuedByHandler,
            reportBytes: StreamLimits.reportBytesByHandler
        )
    }
}
