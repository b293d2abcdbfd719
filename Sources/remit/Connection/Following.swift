import TTRPC
import UnixSignals

/// Reads streams that can go on where they were.
enum Following {
    /// The pause before a stream is opened again, in milliseconds; it doubles with each failure.
    private static let pauseMilliseconds: ClosedRange<Int64> = 100...5000

    /// Runs `body` until it ends, or the process is asked to: its task is cancelled then.
    ///
    /// - Throws: what `body` throws.
    static func untilInterrupted(
        _ body: @escaping @Sendable () async throws -> Void
    ) async throws {
        let work = Task { try await body() }
        let watch = Task {
            for await _ in await UnixSignalsSequence(trapping: .sigint, .sigterm) {
                work.cancel()
            }
        }
        defer { watch.cancel() }
        try await work.value
    }

    /// Reads a stream, and opens it again after a loss, until it is over or the task is cancelled.
    ///
    /// - Parameter read: opens the stream where it has come to and reads it to its end. It says that
    ///   a message has come by calling what it gets, and returns whether it is over for good.
    /// - Throws: `RPCError`: a refusal; or that the service could not be reached the first time.
    static func reopening(
        _ read: (_ progress: () -> Void) async throws(RPCError) -> Bool
    ) async throws(RPCError) {
        var hasBegun = false
        var pause = pauseMilliseconds.lowerBound
        while !Task.isCancelled {
            do throws(RPCError) {
                let isOver = try await read {
                    hasBegun = true
                    pause = pauseMilliseconds.lowerBound
                }
                if isOver { return }
            } catch {
                if Task.isCancelled { return }
                guard hasBegun, isPassing(error) else { throw error }
            }
            try? await Task.sleep(for: .milliseconds(pause))
            pause = min(pause * 2, pauseMilliseconds.upperBound)
        }
    }

    /// Whether the service may be there again soon.
    private static func isPassing(_ error: RPCError) -> Bool {
        switch error.origin {
        case .lost: true
        case .notSent, .peer: error.code == .unavailable || error.code == .resourceExhausted
        }
    }
}
