import NIOConcurrencyHelpers
import TTRPC

/// The sales that this process is carrying out, so that the same key twice at once is one sale.
final class SalesInFlight: Sendable {
    private struct State {
        var waiters: [OperationKey: [UnsafeContinuation<Void, Never>]] = [:]
    }

    /// What a caller may do.
    enum Entry {
        /// Carry it out, and say `finished` at the end.
        case run
        /// Another caller was carrying it out, and has finished: look again.
        case finishedByOther
        /// Too many are in flight.
        case refused
    }

    private let limit: Int
    private let state = NIOLockedValueBox(State())

    init(limit: Int) {
        self.limit = limit
    }

    /// Enters a key, or waits for the caller that has it.
    func enter(_ key: OperationKey) async -> Entry {
        let mine: Entry? = state.withLockedValue { state in
            guard state.waiters[key] == nil else { return nil }
            guard state.waiters.count < limit else { return .refused }
            state.waiters[key] = []
            return .run
        }
        if let mine { return mine }
        await ServerContext.elsewhere {
            await withUnsafeContinuation { continuation in
                let isGone = state.withLockedValue { state in
                    guard state.waiters[key] != nil else { return true }
                    state.waiters[key]?.append(continuation)
                    return false
                }
                if isGone { continuation.resume() }
            }
        }
        return .finishedByOther
    }

    /// The sale has its result: those who wait look again.
    func finished(_ key: OperationKey) {
        let waiters = state.withLockedValue { $0.waiters.removeValue(forKey: key) ?? [] }
        for waiter in waiters { waiter.resume() }
    }

    /// Whether this process is carrying out a sale.
    func contains(_ key: OperationKey) -> Bool {
        state.withLockedValue { $0.waiters[key] != nil }
    }
}
