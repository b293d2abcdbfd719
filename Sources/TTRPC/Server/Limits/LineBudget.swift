import NIOConcurrencyHelpers
package import NIOCore

/// Bounds the lines of one kind that others can cause: a log is written while the event loop waits,
/// and whoever can connect must not fill it.
package final class LineBudget: Sendable {
    /// Lines in one second; what comes after them is counted.
    package static let linesPerSecond = 10

    /// Who may have a line this second.
    private struct State {
        var second: Int64 = -1
        var lines = 0
        var unwritten = 0
    }

    private let now: @Sendable () -> NIODeadline
    private let state = NIOLockedValueBox(State())

    /// - Parameter now: the monotonic clock that tells the seconds apart.
    package init(now: @escaping @Sendable () -> NIODeadline = { .now() }) {
        self.now = now
    }

    /// Takes a line.
    ///
    /// - Returns: how many had none since the last one; nil when this one has none.
    package func take() -> Int? {
        let second = Int64(now().uptimeNanoseconds / 1_000_000_000)
        return state.withLockedValue { state in
            if state.second != second {
                state.second = second
                state.lines = 0
            }
            guard state.lines < Self.linesPerSecond else {
                state.unwritten += 1
                return nil
            }
            state.lines += 1
            defer { state.unwritten = 0 }
            return state.unwritten
        }
    }
}
