import CProtobufC
import CRemitMessages
import NIOCore
import ProtobufC

// The life of a call: from its request to its answer.
extension ServerConnection {
    func serve(_ header: FrameHeader, _ request: UnsafePointer<Ttrpc__Request>) {
        let streamID = header.streamID
        let service = arena.textBytes(request.pointee.service)
        let method = arena.textBytes(request.pointee.method)
        guard let route = loop.router.route(service, method, last: lastRoute) else {
            return refuse(unknownMethod(service, method), streamID)
        }
        if route !== lastRoute { lastRoute = route }
        if route.isHello { return hello(streamID, request) }
        if let overLimit {
            let error = RPCError.overload(overLimit, retryAfterMilliseconds: Self.refusalDelay)
            return refuse(error, streamID)
        }
        if header.flags & FrameHeader.Flag.remoteOpen != 0, !route.method.kind.streamsRequests {
            return refuse(noStream(route.method), streamID)
        }
        let metadata: Metadata
        do throws(WireError) {
            metadata = try self.metadata(of: request)
        } catch {
            return refuse(RPCError(error), streamID)
        }
        let timeout = request.pointee.timeout_nano
        let call = ServerCall(
            streamID: streamID,
            context: ServerContext(
                method: route.method,
                metadata: metadata,
                deadline: timeout == 0 ? nil : lastRead + .nanoseconds(max(0, timeout)),
                peer: peer,
                identity: identity
            ),
            startTime: loop.time
        )
        let payload = request.pointee.payload
        if let error = refusal(call, payloadBytes: payload.len, timeout: timeout) {
            return finish(call, error)
        }
        let bytes = UnsafeRawBufferPointer(start: payload.data, count: payload.len)
        start(call, route, bytes, header.flags)
        if !call.isFinished {
            loop.lookAtClock()
            calls[streamID] = call
            admission.held(call)
            if let deadline = call.context.deadline {
                call.deadlineTicket = loop.deadlines.begin((self, call), deadline)
            }
        }
    }

    /// Why a call is not started; nil when it may be.
    private func refusal(_ call: ServerCall, payloadBytes: Int, timeout: Int64) -> RPCError? {
        if let authorizer = loop.authorizer {
            do throws(RPCError) {
                try authorizer.authorize(&call.context)
            } catch {
                return error
            }
        }
        if let error = admit(call, payloadBytes: payloadBytes) { return error }
        guard timeout >= 0 else {
            return RPCError(.deadlineExceeded, "The deadline had passed when the call arrived.")
        }
        if let deadline = call.context.deadline, deadline <= call.startTime {
            admission.load.refused(.abandoned)
            return tooLate
        }
        let limit = call.method.maxRequestBytes
        if limit > 0, payloadBytes > limit {
            return tooLarge(limit)
        }
        do throws(RPCError) {
            try interceptors?.begin(&call.context)
        } catch {
            return error
        }
        return nil
    }

    /// Runs the handler of a call on the loop, until it first suspends elsewhere.
    ///
    /// The call becomes the current one of the new task here: to make it so within the task takes
    /// an asynchronous scope, which changes executors three times more for each call.
    ///
    /// - Parameter handler: `@isolated(any)`, since that is what a task takes: no thunk is between.
    func run(
        _ call: ServerCall,
        _ handler: @escaping @Sendable @isolated(any) () async -> Void
    ) {
        let task = ServerContext.$current.withValue(call.context) {
            Task.immediate(executorPreference: executor, operation: handler)
        }
        call.started(task)
    }

    /// The deadline of a call has passed.
    func deadlinePassed(_ call: ServerCall) {
        call.deadlineTicket = nil
        guard !call.isFinished else { return }
        expire(
            call,
            RPCError(.deadlineExceeded, "The deadline passed before the call was done.")
        )
    }

    // MARK: Answering

    /// A handler has its reply: the call is answered with it, unless it was answered already.
    func finish(_ call: ServerCall, reply: some WireMessage) {
        guard call.finish() else { return freePlace(of: call) }
        let start = out.writerIndex
        let error = write(reply, call.streamID)
        call.replyBytes = out.writerIndex - start
        freePlace(of: call)
        answered(call, error)
    }

    /// A handler has thrown, or never began: the call is answered with an error, unless it was
    /// answered already.
    func finish(_ call: ServerCall, _ error: RPCError) {
        freePlace(of: call)
        guard call.finish() else { return }
        let start = out.writerIndex
        write(error, call.streamID)
        call.replyBytes = out.writerIndex - start
        call.port?.close(error, dropping: true)
        answered(call, error)
    }

    /// Ends a call whose handler runs still, and tells the handler that nobody waits.
    ///
    /// - Parameter isAnswered: false when the peer wants no answer any more.
    func expire(_ call: ServerCall, _ error: RPCError, isAnswered: Bool = true) {
        guard call.finish() else { return }
        if isAnswered {
            let start = out.writerIndex
            write(error, call.streamID)
            call.replyBytes = out.writerIndex - start
        }
        call.port?.close(error, dropping: true)
        answered(call, error)
        call.cancelHandler()
    }

    /// A handler has ended, or never began: its call takes no place any more, here and in the
    /// server.
    func freePlace(of call: ServerCall) {
        streams.handlerEnded()
        admission.handlerEnded(call)
    }

    /// A call has its answer.
    func answered(_ call: ServerCall, _ error: RPCError?) {
        calls[call.streamID] = nil
        streams.answered()
        ended(call, error)
        markUnflushed()
    }

    func ended(_ call: ServerCall, _ error: RPCError?) {
        if let ticket = call.deadlineTicket {
            loop.deadlines.end(ticket)
            call.deadlineTicket = nil
        }
        let now = loop.lookAtClock()
        admission.ended(call, error, now: now)
        let duration = (now - call.startTime).nanoseconds
        interceptors?.end(
            call.context,
            error: error,
            replyBytes: call.replyBytes,
            durationNanoseconds: duration
        )
    }

    /// Answers an accepted stream that never became a call.
    func refuse(_ error: RPCError, _ streamID: UInt32) {
        streams.finish()
        write(error, streamID)
    }
}
