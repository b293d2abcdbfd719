import NIOCore
package import ProtobufC

/// Makes calls through interceptors, in the order of their stages.
package struct InterceptedCaller: RPCCaller {
    private let base: any RPCCaller
    private let interceptors: [any ClientInterceptor]

    /// - Parameters:
    ///   - base: makes the calls.
    ///   - interceptors: see each call; those of one stage in this order.
    package init(_ base: any RPCCaller, _ interceptors: [any ClientInterceptor]) {
        self.base = base
        self.interceptors = CallStage.ordered(interceptors) { $0.stage }
    }

    package func call<Request: WireMessage, Reply: WireMessage>(
        _ method: MethodDescriptor,
        _ request: Request,
        options: CallOptions
    ) async throws(RPCError) -> Reply {
        var options = options
        let start = NIODeadline.now()
        do throws(RPCError) {
            for interceptor in interceptors { try interceptor.begin(method, &options) }
            let reply: Reply = try await base.call(method, request, options: options)
            end(method, options, nil, start)
            return reply
        } catch {
            end(method, options, error, start)
            throw error
        }
    }

    package func open<Request: WireMessage, Reply: WireMessage>(
        _ method: MethodDescriptor,
        _ request: Request?,
        options: CallOptions,
        onEnd: (@Sendable (RPCError?) -> Void)?
    ) async throws(RPCError) -> RPCStream<Request, Reply> {
        var options = options
        let start = NIODeadline.now()
        do throws(RPCError) {
            for interceptor in interceptors { try interceptor.begin(method, &options) }
            let seen = options
            return try await base.open(method, request, options: options) { error in
                self.end(method, seen, error, start)
                onEnd?(error)
            }
        } catch {
            end(method, options, error, start)
            throw error
        }
    }

    private func end(
        _ method: MethodDescriptor,
        _ options: CallOptions,
        _ error: RPCError?,
        _ start: NIODeadline
    ) {
        let duration = (NIODeadline.now() - start).nanoseconds
        for interceptor in interceptors {
            interceptor.end(method, options, error: error, durationNanoseconds: duration)
        }
    }
}
