package import Logging
import NIOConcurrencyHelpers
package import NIOCore
import NIOPosix
package import ProtobufC
import Synchronization

/// Calls one server over one connection, many calls at once.
///
/// The connection is dialled by the first call, and again by the first call after a loss. A call
/// that could not be sent fails with origin `.notSent`; one whose answer was lost with `.lost`.
package final class RPCClient: RPCCaller {
    let eventLoop: any EventLoop
    let core: NIOLoopBound<ClientCore>
    private let submissions = NIOLockedValueBox<[Submission]>([])
    private let outstanding = Atomic<Int>(0)
    private let maxOutstanding: Int
    let streamWindowBytes: Int

    /// A call and how to write it.
    struct Submission: Sendable {
        let call: AnyPendingCall
        let deadline: NIODeadline?
        /// Appends the request's frame under a stream id.
        let encode: @Sendable (UInt32, inout ByteBuffer, Arena) throws(WireError) -> Void
    }

    /// - Parameters:
    ///   - configuration: where to, and the limits.
    ///   - eventLoopGroup: one of its loops serves this client.
    ///   - logger: for losses, at debug.
    package init(
        configuration: ClientConfiguration,
        eventLoopGroup: any EventLoopGroup,
        logger: Logger
    ) async {
        let eventLoop = eventLoopGroup.next()
        self.eventLoop = eventLoop
        maxOutstanding = configuration.maxOutstanding
        streamWindowBytes = configuration.streamWindowBytes
        let made = eventLoop.submit {
            NIOLoopBound(
                ClientCore(eventLoop, configuration: configuration, logger: logger),
                eventLoop: eventLoop
            )
        }
        do {
            core = try await made.get()
        } catch {
            preconditionFailure("the event loop is shut down")
        }
    }

    package func call<Request: WireMessage, Reply: WireMessage>(
        _ method: MethodDescriptor,
        _ request: Request,
        options: CallOptions
    ) async throws(RPCError) -> Reply {
        defer { leave() }
        try enter()
        var options = options
        options.fixDeadline()
        let deadline = options.deadline
        let call = PendingCall<Reply>()
        let metadata = options.metadata
        submit(
            Submission(call: call, deadline: deadline) {
                streamID,
                buffer,
                arena throws(WireError) in
                let left = deadline.map { max(1, ($0 - .now()).nanoseconds) }
                try FrameWriter.request(
                    method,
                    request,
                    timeoutNanoseconds: left,
                    metadata: metadata,
                    streamID: streamID,
                    into: &buffer,
                    arena: arena
                )
            }
        )
        let result = await withTaskCancellationHandler {
            await call.wait()
        } onCancel: {
            let core = core
            eventLoop.execute {
                core.value.give(up: call, RPCError(.cancelled, "The caller gave up."))
            }
        }
        return try result.get()
    }

    /// Counts a call.
    ///
    /// - Throws: `RPCError` when it is one too many. It is counted all the same, until `leave`.
    func enter() throws(RPCError) {
        let count = outstanding.add(1, ordering: .relaxed).newValue
        guard count <= maxOutstanding else {
            throw RPCError(
                .resourceExhausted,
                "This client waits for \(maxOutstanding) answers already.",
                reason: "OVERLOAD",
                retryAfterMilliseconds: 100,
                origin: .notSent
            )
        }
    }

    /// A call has ended.
    func leave() {
        outstanding.subtract(1, ordering: .relaxed)
    }

    func submit(_ submission: Submission) {
        let isFirst = submissions.withLockedValue { waiting in
            waiting.append(submission)
            return waiting.count == 1
        }
        guard isFirst else { return }
        eventLoop.execute { [self] in
            let batch = submissions.withLockedValue { waiting in
                let batch = waiting
                waiting.removeAll(keepingCapacity: true)
                return batch
            }
            core.value.send(batch)
        }
    }

    /// Closes the connection; calls in flight fail with origin `.lost`, later ones are refused.
    package func shutdown() async {
        let core = core
        try? await eventLoop.flatSubmit { core.value.shutdown() }.get()
    }
}
