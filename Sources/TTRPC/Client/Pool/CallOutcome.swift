/// What a call's end says about the connection and the address it went over.
package enum CallOutcome: Equatable, Sendable, CaseIterable {
    /// The peer works: it answered, if only with a refusal.
    case answered
    /// The peer did not do its part: an error of its own, or no answer in time.
    case failed
    /// It says nothing: the caller gave up, the request could not be written, the peer is busy.
    case neutral
    /// The peer takes no more calls on this connection and finishes those that it has.
    case drained
    /// The connection is gone.
    case lost

    /// - Parameter error: what the call failed with; nil when it succeeded.
    package init(_ error: RPCError?) {
        guard let error else {
            self = .answered
            return
        }
        switch error.origin {
        case .peer: self = Self.answer(error)
        case .notSent where error.isDraining: self = .drained
        case .notSent: self = error.code == .unavailable ? .lost : .neutral
        case .lost:
            switch error.code {
            case .unavailable: self = .lost
            case .cancelled: self = .neutral
            default: self = .failed
            }
        }
    }

    private static func answer(_ error: RPCError) -> CallOutcome {
        switch error.code {
        case .unavailable: error.isDraining ? .drained : .failed
        case .internal, .unknown, .deadlineExceeded: .failed
        // Who is busy is not ejected: the others would have to take that load too.
        case .resourceExhausted, .cancelled: .neutral
        case .ok, .invalidArgument, .notFound, .alreadyExists, .permissionDenied,
            .failedPrecondition, .aborted, .outOfRange, .unimplemented, .dataLoss, .unauthenticated:
            .answered
        }
    }
}

extension RPCError {
    /// Whether the peer did not take the call because it shuts down: nothing was begun.
    var isDraining: Bool {
        origin != .lost && code == .unavailable && reason == "DRAINING"
    }
}
