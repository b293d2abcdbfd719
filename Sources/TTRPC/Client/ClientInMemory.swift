package import Logging
package import NIOCore
package import ProtobufC

/// A client's connection for a channel that others own and feed: fuzzing, without a socket.
///
/// It says hello, makes one call and opens one stream of both sides, on which it writes back what it
/// reads. On the channel's event loop, all of it.
package final class ClientInMemory<Message: WireMessage> {
    private let core: ClientCore
    private let connection: ClientConnection
    private let executor: LoopExecutor
    private let call = PendingCall<Message>()
    private let stream: ClientStream<Message, Message>
    private let streamMethod: MethodDescriptor

    /// - Parameters:
    ///   - configuration: the limits; host and port are not used.
    ///   - streamMethod: one whose two sides both stream.
    ///   - eventLoop: the channel's; the caller is on it.
    ///   - onStreamEnd: called once, when the stream is over.
    package init(
        _ configuration: ClientConfiguration,
        streamMethod: MethodDescriptor,
        eventLoop: any EventLoop,
        logger: Logger,
        onStreamEnd: @escaping @Sendable () -> Void
    ) {
        core = ClientCore(eventLoop, configuration: configuration, logger: logger)
        connection = ClientConnection(core)
        executor = LoopExecutor(eventLoop)
        stream = ClientStream(
            streamMethod,
            eventLoop: eventLoop,
            windowBytes: configuration.streamWindowBytes,
            onEnd: { _ in onStreamEnd() }
        )
        self.streamMethod = streamMethod
    }

    /// For the channel's pipeline.
    package var handler: any ChannelInboundHandler { connection }

    /// Sends hello, the call and the opening of the stream, on streams 1, 3 and 5. The channel is
    /// active.
    package func begin(_ method: MethodDescriptor, _ request: Message) {
        let streamMethod = streamMethod
        let calling = RPCClient.Submission(call: call, deadline: nil) {
            streamID,
            buffer,
            arena throws(WireError) in
            try FrameWriter.request(
                method,
                request,
                timeoutNanoseconds: nil,
                metadata: Metadata(),
                streamID: streamID,
                into: &buffer,
                arena: arena
            )
        }
        let opening = RPCClient.Submission(call: stream, deadline: nil) {
            streamID,
            buffer,
            _ throws(WireError) in
            FrameWriter.open(
                streamMethod,
                timeoutNanoseconds: nil,
                metadata: Metadata(),
                streamID: streamID,
                into: &buffer
            )
        }
        stream.port.owner = StreamPort.Owner(
            allSent: { [stream] _ in stream.sendEnd() },
            broke: { [core, stream] error in core.give(up: stream, error) }
        )
        connection.sayHello(before: [calling, opening])
        writeBack()
    }

    private func writeBack() {
        let (inbound, outbound) = (stream.port.inbound, stream.port.outbound)
        Task.immediate(executorPreference: executor) {
            do throws(RPCError) {
                while let message = try await inbound.next() { try await outbound.write(message) }
            } catch {
                // The stream has failed: there is nothing to end.
            }
            outbound.finish()
        }
    }

    /// The caller waits for the call no longer.
    package func giveUpCall() {
        core.give(up: call, RPCError(.cancelled, "The caller gave up."))
    }

    /// The caller lets go of the stream.
    package func giveUpStream() {
        core.give(up: stream, RPCError(.cancelled, "The caller gave up."))
    }
}
