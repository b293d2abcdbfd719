/// How far the two halves of one stream are. Pure: it knows flags and lengths, no sockets.
///
/// Each event is answered by what to do. What a peer did wrong is a `Violation`, which ends the
/// stream; what only comes late, after the stream has ended, is dropped; what our own side may not
/// do is refused and changes nothing.
///
/// - Source: containerd/ttrpc, PROTOCOL.md, "Streaming": the client's half closes first, or the
///   server's end ends both.
struct StreamStateMachine {
    /// Which end of the stream this is.
    enum Role: Equatable {
        case client
        case server
    }

    enum State: Equatable {
        /// Both sides may send.
        case open
        /// We send no more; the peer may.
        case localClosed
        /// The peer sends no more; we may.
        case remoteClosed
        case ended
    }

    /// What a peer may not do.
    enum Violation: Equatable {
        /// Data after it had said that there would be no more.
        case dataAfterEnd
        /// Data in a frame that says it has none.
        case dataWithoutData
        /// Data where the method has one reply.
        case dataForOneReply
    }

    /// What to do with a data frame.
    enum DataAction: Equatable {
        case deliver
        case deliverAndEnd
        case end
        /// It comes too late, or says nothing.
        case drop
        case violation(Violation)
    }

    /// What to do with a response that is no error. Only servers send them.
    enum ResponseAction: Equatable {
        case deliverAndEnd
        case end
        case drop
    }

    let role: Role
    let kind: MethodKind
    private(set) var state: State

    /// The client's end, when its request is written.
    init(clientOf kind: MethodKind) {
        role = .client
        self.kind = kind
        state = kind.streamsRequests ? .open : .localClosed
    }

    /// The server's end, when the request has arrived.
    ///
    /// - Parameter isOpen: whether the request said that data will follow.
    init(serverOf kind: MethodKind, isOpen: Bool) {
        role = .server
        self.kind = kind
        state = isOpen ? .open : .remoteClosed
    }

    /// A data frame arrived.
    mutating func receivedData(flags: UInt8, length: Int) -> DataAction {
        let isLast = flags & FrameHeader.Flag.remoteClosed != 0
        let isEmpty = flags & FrameHeader.Flag.noData != 0
        switch state {
        case .ended:
            return .drop
        case .remoteClosed:
            return broken(.dataAfterEnd)
        case .open, .localClosed:
            if role == .client, !kind.streamsReplies { return broken(.dataForOneReply) }
            if isEmpty, length > 0 { return broken(.dataWithoutData) }
            if isLast { peerClosed() }
            switch (isEmpty, isLast) {
            case (false, false): return .deliver
            case (false, true): return .deliverAndEnd
            case (true, true): return .end
            case (true, false): return .drop
            }
        }
    }

    /// A response without an error arrived at a client; one with an error aborts the stream.
    mutating func receivedResponse(hasPayload: Bool) -> ResponseAction {
        precondition(role == .client, "responses that reach a server are dropped before")
        switch state {
        case .ended, .remoteClosed:
            return .drop
        case .open, .localClosed:
            state = .ended
            // A stream may end with a response; an empty one is its end, not a message.
            return hasPayload || !kind.streamsReplies ? .deliverAndEnd : .end
        }
    }

    /// Whether a message may be sent now.
    var maySend: Bool {
        switch state {
        case .open: true
        case .remoteClosed: role == .server && kind.streamsReplies
        case .localClosed, .ended: false
        }
    }

    /// Our side has nothing more to say.
    ///
    /// - Returns: whether the peer must be told by a frame. A server's end ends the stream.
    mutating func finish() -> Bool {
        switch (state, role) {
        case (.open, .client):
            state = .localClosed
            return true
        case (.open, .server), (.remoteClosed, .server):
            state = .ended
            return true
        case (.remoteClosed, .client), (.localClosed, _), (.ended, _):
            return false
        }
    }

    /// The stream is given up, or failed.
    ///
    /// - Returns: false when it had ended before.
    mutating func abort() -> Bool {
        guard state != .ended else { return false }
        state = .ended
        return true
    }

    private mutating func peerClosed() {
        // The server's end is the stream's end, whatever the client still had to say.
        state = role == .client ? .ended : .remoteClosed
    }

    private mutating func broken(_ violation: Violation) -> DataAction {
        state = .ended
        return .violation(violation)
    }
}
