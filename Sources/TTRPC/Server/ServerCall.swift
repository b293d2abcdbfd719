import NIOCore

/// A call in service. Lives on its connection's event loop.
final class ServerCall {
    let streamID: UInt32
    /// The context's, looked at several times a call.
    let method: MethodDescriptor
    var context: ServerContext
    let startTime: NIODeadline
    /// Answered, or given up because the connection is gone.
    private(set) var isFinished = false
    /// Its end of a stream; nil for a unary call.
    var port: StreamPort?
    /// The limits let it in.
    var isAdmitted = false
    /// It waits for its turn.
    var isWaiting = false
    /// The server counts it as in service.
    var isCounted = false
    /// It is one of those that its method's limit counts.
    var hasPlace = false
    /// Since when its handler has been waiting for somebody else; nil while it does not.
    var waitsSince: NIODeadline?
    /// How long it had waited for somebody else before that.
    var waited = TimeAmount.zero
    /// Its handler has ended, or never began. A stream may have more to send then.
    var hasHandlerEnded = false
    /// Calls of its method that had a place on the loop when it went on after the burst that
    /// brought it, itself included; 0 when it was answered in place.
    var found = 0
    /// Bytes of the answer's frame; 0 before there is one.
    var replyBytes = 0
    private var task: Task<Void, Never>?
    /// While its deadline is watched.
    var deadlineTicket: ServerLoop.Deadlines.Ticket?

    init(streamID: UInt32, context: ServerContext, startTime: NIODeadline) {
        self.streamID = streamID
        method = context.method
        self.context = context
        self.startTime = startTime
    }

    /// The handler runs. It may have finished already.
    func started(_ task: Task<Void, Never>) {
        guard !hasHandlerEnded else { return }
        // Finished meanwhile, and not by the handler: it must be told.
        if isFinished { task.cancel() } else { self.task = task }
    }

    /// Marks the call as answered.
    ///
    /// - Returns: false when it was already.
    func finish() -> Bool {
        guard !isFinished else { return false }
        isFinished = true
        return true
    }

    /// Tells the handler that nobody waits any more.
    func cancelHandler() {
        task?.cancel()
        task = nil
    }
}
