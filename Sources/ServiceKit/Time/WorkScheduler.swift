import Glibc

/// Where work that outlives its caller runs, and how it waits: on the system's threads and by its
/// clock, or in a simulation on one thread and by a clock that is moved by hand.
package struct WorkScheduler: Sendable {
    private let executor: (any TaskExecutor)?
    private let pause: (@Sendable (Duration) async -> Void)?
    private let uptime: @Sendable () -> UInt64

    private init() {
        executor = nil
        pause = nil
        uptime = {
            var time = timespec()
            clock_gettime(CLOCK_MONOTONIC, &time)
            return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
        }
    }

    /// - Parameters:
    ///   - executor: runs what is spawned.
    ///   - pause: waits; returns early when its task is cancelled.
    ///   - uptimeNanoseconds: a clock that only goes forward.
    package init(
        executor: any TaskExecutor,
        pause: @escaping @Sendable (Duration) async -> Void,
        uptimeNanoseconds: @escaping @Sendable () -> UInt64
    ) {
        self.executor = executor
        self.pause = pause
        uptime = uptimeNanoseconds
    }

    /// The system's threads and clock.
    package static let system = WorkScheduler()

    /// Nanoseconds of the monotonic clock. They measure time within one process, no more.
    package var uptimeNanoseconds: UInt64 { uptime() }

    /// Begins work of its own: a caller that goes away does not stop it.
    ///
    /// It runs where its caller runs. On an event loop's executor what many payments wait for is
    /// answered in one batch; on the system's threads each answer would wake one.
    @discardableResult
    package func spawn<Value: Sendable>(
        _ work: sending @escaping () async -> Value
    ) -> Task<Value, Never> {
        let callers = withUnsafeCurrentTask { $0?.unownedTaskExecutor?.asTaskExecutor() }
        return Task(executorPreference: executor ?? callers, operation: work)
    }

    /// Waits; returns early when the task is cancelled.
    package func sleep(for duration: Duration) async {
        guard let pause else {
            try? await Task.sleep(for: duration)
            return
        }
        await pause(duration)
    }
}
