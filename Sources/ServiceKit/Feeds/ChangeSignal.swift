import NIOConcurrencyHelpers

/// Tells whoever waits that something has changed: a count of changes, and an end.
///
/// Who looks at what changes takes the version first, then looks, then waits for a later version:
/// no change is missed between looking and waiting. Many changes may be told as one.
package final class ChangeSignal: Sendable {
    /// Why a waiter goes on.
    package enum Wake: Equatable, Sendable {
        /// Something has changed: the version by now.
        case changed(UInt64)
        /// Nothing is told any more.
        case closed
        /// The task that waited was cancelled.
        case cancelled
    }

    private typealias Waiter = UnsafeContinuation<Wake, Never>

    private struct State {
        var version: UInt64 = 0
        var isClosed = false
        var waiters: [UInt64: Waiter] = [:]
        var lastWaiter: UInt64 = 0
    }

    private let state = NIOLockedValueBox(State())

    package init() {}

    /// How many changes there were.
    package var version: UInt64 { state.withLockedValue { $0.version } }

    /// Whether `close` was called.
    package var isClosed: Bool { state.withLockedValue { $0.isClosed } }

    /// How many tasks wait.
    package var waiterCount: Int { state.withLockedValue { $0.waiters.count } }

    /// Something has changed: everyone who waits goes on. Without effect once it is closed.
    package func bump() {
        let (waiters, version) = state.withLockedValue { state -> ([UInt64: Waiter], UInt64) in
            guard !state.isClosed else { return ([:], state.version) }
            state.version += 1
            guard !state.waiters.isEmpty else { return ([:], state.version) }
            defer { state.waiters = [:] }
            return (state.waiters, state.version)
        }
        // In the order in which they came: fair, and the same each time.
        for (_, waiter) in waiters.sorted(by: { $0.key < $1.key }) {
            waiter.resume(returning: .changed(version))
        }
    }

    /// The end: everyone who waits, now or later, is told so.
    package func close() {
        let waiters = state.withLockedValue { state -> [UInt64: Waiter] in
            state.isClosed = true
            defer { state.waiters = [:] }
            return state.waiters
        }
        for waiter in waiters.values { waiter.resume(returning: .closed) }
    }

    /// Waits until there was a change after a version, or the end.
    ///
    /// - Parameter version: the last one that is known.
    /// - Returns: the end before a cancellation, and that before a change.
    package func wait(after version: UInt64) async -> Wake {
        let number = state.withLockedValue { state in
            state.lastWaiter += 1
            return state.lastWaiter
        }
        return await withTaskCancellationHandler {
            await withUnsafeContinuation { (waiter: Waiter) in
                let wake: Wake? = state.withLockedValue { state in
                    if state.isClosed { return .closed }
                    // A cancellation that comes after this finds the waiter.
                    if Task.isCancelled { return .cancelled }
                    if state.version > version { return .changed(state.version) }
                    state.waiters[number] = waiter
                    return nil
                }
                if let wake { waiter.resume(returning: wake) }
            }
        } onCancel: {
            let waiter = state.withLockedValue { $0.waiters.removeValue(forKey: number) }
            waiter?.resume(returning: .cancelled)
        }
    }
}
