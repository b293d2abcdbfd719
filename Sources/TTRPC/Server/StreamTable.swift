/// Decides what becomes of each request on a connection. Pure: it knows numbers, no sockets.
struct StreamTable {
    /// What to do with a request frame.
    enum Decision: Equatable {
        case accept
        case refuse(RPCError)
    }

    /// Calls of one connection in service at once.
    let maxStreams: Int
    /// Calls in service now.
    private(set) var active = 0
    private var lastStreamID: UInt32 = 0
    private(set) var isDraining = false

    init(maxStreams: Int) {
        self.maxStreams = maxStreams
    }

    /// A request arrived.
    ///
    /// - Source: containerd/ttrpc, PROTOCOL.md, "Stream ID": odd for clients, rising.
    mutating func open(_ streamID: UInt32, flags: UInt8) -> Decision {
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
        lastStreamID = streamID
        guard flags & FrameHeader.Flag.remoteOpen == 0 else {
            return .refuse(
                RPCError(.unimplemented, "Client streams are not served.", reason: "STREAMING")
            )
        }
        guard !isDraining else {
            return .refuse(
                RPCError(
                    .unavailable,
                    "The server is shutting down; try another, or again.",
                    reason: "DRAINING",
                    retryAfterMilliseconds: 100
                )
            )
        }
        guard active < maxStreams else {
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
        return .accept
    }

    /// An accepted call was answered, or given up.
    mutating func finish() {
        precondition(active > 0, "more calls finished than were opened")
        active -= 1
    }

    /// No more requests are accepted.
    mutating func drain() {
        isDraining = true
    }
}
