import NIOCore
package import ProtobufC

/// A call of a client whose requests, replies or both are streams: the client's end of it.
///
/// On the client's event loop, like its superclass.
final class ClientStream<Request: WireMessage, Reply: WireMessage>: AnyPendingCall,
    @unchecked Sendable
{
    // Sendable: see the superclass; the queues are safe by themselves.
    let port: TypedStreamPort<Reply, Request>
    private let onEnd: @Sendable (RPCError?) -> Void
    private var isOver = false

    /// - Parameters:
    ///   - method: one that streams.
    ///   - eventLoop: the client's.
    ///   - windowBytes: unread replies.
    ///   - onEnd: called once, on the event loop, when the call has ended, with what it failed with.
    init(
        _ method: MethodDescriptor,
        eventLoop: any EventLoop,
        windowBytes: Int,
        onEnd: @escaping @Sendable (RPCError?) -> Void
    ) {
        precondition(method.kind != .unary, "\(method.fullName) is no stream")
        port = TypedStreamPort(
            StreamLink(eventLoop),
            StreamStateMachine(clientOf: method.kind),
            windowBytes: windowBytes,
            maxMessageBytes: 0,
            maxQueuedMessages: StreamLimits.maxQueuedByClient,
            reportBytes: StreamLimits.reportBytesByClient(windowBytes: windowBytes)
        )
        self.onEnd = onEnd
    }

    override func opened(on connection: ClientConnection) {
        guard let streamID else { return }
        port.attach(connection, streamID, sendLimit: connection.streamLimit)
        port.pump()
    }

    override func agreed(_ windowBytes: UInt64) {
        port.sendWindow.agree(windowBytes)
        port.nameGranted()
        port.pump()
    }

    override func granted(_ total: UInt64) {
        port.sendWindow.grant(total)
        port.pump()
    }

    /// All requests are written: says so to the server.
    func sendEnd() {
        guard let host = port.host, let streamID, port.machine.finish() else { return }
        FrameWriter.end(streamID: streamID, into: &host.out)
        host.markUnflushed()
    }

    override func received(flags: UInt8, _ data: UnsafeRawBufferPointer) -> Bool {
        switch port.received(flags: flags, data) {
        case .goesOn:
            return false
        case .ended:
            close(nil, dropping: false)
            return true
        case .failed(let error):
            if let streamID { connection?.tellCancelled(streamID) }
            close(Self.unreadable(error), dropping: false)
            return true
        }
    }

    override func complete(_ payload: UnsafeRawBufferPointer, arena: Arena) {
        switch port.machine.receivedResponse(hasPayload: !payload.isEmpty) {
        case .deliverAndEnd:
            close(port.accept(payload).map(Self.unreadable), dropping: false)
        case .end, .drop:
            close(nil, dropping: false)
        }
    }

    override func fail(_ error: RPCError) {
        close(error, dropping: false)
    }

    override func giveUp(_ error: RPCError) {
        close(error, dropping: true)
    }

    private func close(_ error: RPCError?, dropping: Bool) {
        guard !isOver else { return }
        isOver = true
        port.close(error, dropping: dropping)
        onEnd(error)
    }

    /// The server did answer, but not what it did: the outcome is unknown.
    private static func unreadable(_ error: RPCError) -> RPCError {
        RPCError(
            .internal,
            "The reply could not be read: \(error.message)",
            reason: error.reason,
            origin: .lost
        )
    }
}

extension RPCClient {
    package func open<Request: WireMessage, Reply: WireMessage>(
        _ method: MethodDescriptor,
        _ request: Request?,
        options: CallOptions,
        onEnd: (@Sendable (RPCError?) -> Void)?
    ) async throws(RPCError) -> RPCStream<Request, Reply> {
        precondition(
            (request == nil) == method.kind.streamsRequests,
            "\(method.fullName): a request belongs to methods that stream replies alone"
        )
        do throws(RPCError) {
            try enter()
        } catch {
            leave()
            throw error
        }
        let core = core
        let eventLoop = eventLoop
        let stream = ClientStream<Request, Reply>(
            method,
            eventLoop: eventLoop,
            windowBytes: streamWindowBytes,
            // The client lives as long as its streams.
            onEnd: { error in
                self.leave()
                onEnd?(error)
            }
        )
        let giveUp: @Sendable () -> Void = {
            eventLoop.execute {
                core.value.give(up: stream, RPCError(.cancelled, "The caller gave up."))
            }
        }
        let cancel: @Sendable () -> Void = {
            guard !stream.port.inbound.hasEnded else { return }
            giveUp()
        }
        stream.port.owner = StreamPort.Owner(
            allSent: { [weak stream] _ in stream?.sendEnd() },
            broke: { [weak stream] error in
                if let stream { core.value.give(up: stream, error) }
            },
            // A reader that gives up has ended its queue before.
            gaveUp: giveUp
        )
        submit(opening(stream, method, request, options))
        let lease = StreamLease(cancel)
        return RPCStream(
            requests: RPCWriter(stream.port.outbound, lease: lease),
            replies: RPCMessages(stream.port.inbound, lease: lease),
            onFinish: {
                withExtendedLifetime(lease) { _ = stream.port.outbound.finish() }
            },
            onCancel: cancel
        )
    }

    private func opening<Request: WireMessage, Reply: WireMessage>(
        _ stream: ClientStream<Request, Reply>,
        _ method: MethodDescriptor,
        _ request: Request?,
        _ options: CallOptions
    ) -> Submission {
        var options = options
        options.fixDeadline()
        let deadline = options.deadline
        let metadata = options.metadata
        return Submission(call: stream, deadline: deadline) {
            streamID,
            buffer,
            arena throws(WireError) in
            let left = deadline.map { max(1, ($0 - .now()).nanoseconds) }
            guard let request else {
                return FrameWriter.open(
                    method,
                    timeoutNanoseconds: left,
                    metadata: metadata,
                    streamID: streamID,
                    into: &buffer
                )
            }
            try FrameWriter.request(
                method,
                request,
                timeoutNanoseconds: left,
                metadata: metadata,
                flags: FrameHeader.Flag.remoteClosed,
                streamID: streamID,
                into: &buffer,
                arena: arena
            )
        }
    }
}
