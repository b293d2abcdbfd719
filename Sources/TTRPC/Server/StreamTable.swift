/// Decides what becomes of each request on a connection. Pure: it knows numbers, no sockets.
struct StreamTable {
    /// What to do with a request frame.
    enum Decision: Equatable {
        case accept
        case refuse(RPCError)
    }

    /// Calls of one connection in service at once.
    let maxStreams: Int
    /// Calls that are not answered yet: a stream may have more to send when its handler has ended.
    /// These count against the limit.
    private(set) var active = 0
    /// Calls whose handler has not ended: it may go on after the call was answered, by a deadline
    /// for example. These count against the limit as well.
    private(set) var running = 0
    /// The highest id that has come, accepted or not.
    private(set) var lastStreamID: UInt32 = 0
    private var firstStreamID: UInt32 = 0
    private(set) var isDraining = false

    init(maxStreams: Int) {
        self.maxStreams = maxStreams
    }

    /// A request arrived.
    ///
    /// - Source: containerd/ttrpc, PROTOCOL.md, "Stream ID": odd for clients, rising.
    mutating func open(_ streamID: UInt32) -> Decision {
        guard streamID % 2 == 1 else {
            return .refuse(
                RPCError(
                    .invalidArgument,
                    "Stream ids of clients are odd; \(streamID) is even.",
                    reason: "BAD_STREAM_ID"
                )
            )
        }
        guard streamID > lastStreamID else {
            return .refuse(
                RPCError(
                    .invalidArgument,
                    "Stream ids rise; \(streamID) comes after \(lastStreamID).",
                    reason: "BAD_STREAM_ID"
                )
            )
        }
        if lastStreamID == 0 { firstStreamID = streamID }
        lastStreamID = streamID
        guard !isDraining else { return .refuse(.draining) }
        guard max(active, running) < maxStreams else {
            return .refuse(
                RPCError(
                    .resourceExhausted,
                    "The connection has \(maxStreams) calls in service already.",
                    reason: "OVERLOAD",
                    retryAfterMilliseconds: 100
                )
            )
        }
        active += 1
        running += 1
        return .accept
    }

    /// Whether no other stream was opened before this one, and none after it.
    func isFirst(_ streamID: UInt32) -> Bool {
        streamID == firstStreamID && streamID == lastStreamID
    }

    /// An accepted call was answered, and its handler has ended, or never began.
    mutating func finish() {
        answered()
        handlerEnded()
    }

    /// An accepted call was answered, or given up; its handler may still run.
    mutating func answered() {
        precondition(active > 0, "more calls were answered than were opened")
        active -= 1
    }

    /// The handler of an accepted call has ended.
    mutating func handlerEnded() {
        precondition(running > 0, "more handlers ended than were started")
        running -= 1
    }

    /// No more requests are accepted.
    mutating func drain() {
        isDraining = true
    }
}
