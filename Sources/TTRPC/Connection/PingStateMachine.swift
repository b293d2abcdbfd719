/// Finds a peer that is gone without a word: asks when it is silent, gives it up when it stays so.
/// Pure: the clock is an argument.
///
/// Any byte is a sign of life, not the pong alone: what a busy peer sends may stand in front of it.
struct PingStateMachine {
    enum Action: Equatable {
        case nothing
        /// Send a ping with this number.
        case ping(UInt64)
        /// Nothing came for too long.
        case giveUp
    }

    private enum State {
        /// The peer was heard, or nobody waited for it, at this time.
        case alive(since: Int64)
        /// A ping was sent at this time, and nothing has come since.
        case asked(at: Int64)
        case gone
    }

    /// Silence before a ping, in nanoseconds.
    let interval: Int64
    /// Silence after it before the peer is given up, in nanoseconds.
    let timeout: Int64
    private var state: State
    private var count: UInt64 = 0

    /// - Parameters:
    ///   - interval: silence before a ping, in nanoseconds, more than zero.
    ///   - timeout: silence after it, in nanoseconds, more than zero.
    ///   - now: the time, in nanoseconds.
    init(interval: Int64, timeout: Int64, now: Int64) {
        precondition(interval > 0 && timeout > 0)
        self.interval = interval
        self.timeout = timeout
        state = .alive(since: now)
    }

    /// Time has passed.
    ///
    /// - Parameters:
    ///   - now: the time, in nanoseconds; never less than before.
    ///   - wasHeard: whether anything has arrived since the last look, or was left unread by us.
    ///   - isWaited: whether anyone waits for the peer.
    mutating func look(_ now: Int64, wasHeard: Bool, isWaited: Bool) -> Action {
        switch state {
        case .gone:
            return .nothing
        case .alive(let since):
            if wasHeard || !isWaited {
                state = .alive(since: now)
                return .nothing
            }
            guard now - since >= interval else { return .nothing }
            state = .asked(at: now)
            count += 1
            return .ping(count)
        case .asked(let at):
            if wasHeard || !isWaited {
                state = .alive(since: now)
                return .nothing
            }
            guard now - at >= timeout else { return .nothing }
            state = .gone
            return .giveUp
        }
    }
}
