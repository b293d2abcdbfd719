/// One thread and a clock that moves only when there is nothing to run: every task of a world runs
/// here, in an order that its seed decides.
///
/// `@unchecked Sendable`: a world and all that is in it stay on one thread.
final class SimulatedExecutor: TaskExecutor, @unchecked Sendable {
    private enum Work {
        case job(UnownedJob)
        case closure(() -> Void)
    }

    /// Something that happens at a time.
    final class Timer: @unchecked Sendable {
        fileprivate let time: Int64
        fileprivate let order: UInt64
        fileprivate weak var owner: AnyObject?
        private var action: (() -> Void)?

        fileprivate init(
            time: Int64,
            order: UInt64,
            owner: AnyObject?,
            action: @escaping () -> Void
        ) {
            self.time = time
            self.order = order
            self.owner = owner
            self.action = action
        }

        /// Happens now, unless it has happened.
        func fire() {
            let action = action
            self.action = nil
            action?()
        }
    }

    /// Nanoseconds since the world began.
    private(set) var now: Int64 = 0
    /// How many pieces of work were run.
    private(set) var steps = 0
    private var ready: [Work] = []
    /// A binary heap.
    private var timers: [Timer] = []
    private var order: UInt64 = 0
    private var random: SplitMix64

    init(seed: UInt64) {
        random = SplitMix64(seed: seed)
    }

    func enqueue(_ job: consuming ExecutorJob) {
        ready.append(.job(UnownedJob(job)))
    }

    /// Runs something soon.
    func submit(_ work: @escaping () -> Void) {
        ready.append(.closure(work))
    }

    /// Runs something later.
    ///
    /// - Parameter owner: whose end makes it happen at once.
    @discardableResult
    func after(
        milliseconds: Int,
        owner: AnyObject? = nil,
        _ action: @escaping () -> Void
    ) -> Timer {
        order += 1
        let timer = Timer(
            time: now + Int64(milliseconds) * 1_000_000,
            order: order,
            owner: owner,
            action: action
        )
        push(timer)
        return timer
    }

    /// Waits; returns early when the task is cancelled or the owner has ended.
    func sleep(_ duration: Duration, owner: AnyObject?) async {
        let (seconds, attoseconds) = duration.components
        let milliseconds = Int(seconds) * 1000 + Int(attoseconds / 1_000_000_000_000_000)
        let sleeper = Sleeper()
        await withTaskCancellationHandler {
            await withUnsafeContinuation { continuation in
                if sleeper.isCancelled { return continuation.resume() }
                sleeper.timer = after(milliseconds: milliseconds, owner: owner) {
                    continuation.resume()
                }
            }
        } onCancel: {
            sleeper.isCancelled = true
            sleeper.timer?.fire()
        }
    }

    /// Lets everything happen now that an owner waits for.
    func wake(_ owner: AnyObject) {
        for timer in timers.filter({ $0.owner === owner }).sorted(by: { $0.order < $1.order }) {
            timer.fire()
        }
    }

    /// Starts a task of this world.
    @discardableResult
    func spawn<Value: Sendable>(
        _ work: sending @escaping () async -> Value
    ) -> Task<Value, Never> {
        Task(executorPreference: self, operation: work)
    }

    /// Runs until a condition holds, nothing is left to do, or so much time has passed.
    func run(forMilliseconds limit: Int, until isDone: () -> Bool = { false }) {
        let end = now + Int64(limit) * 1_000_000
        while !isDone() {
            if !ready.isEmpty {
                let index = random.below(ready.count)
                ready.swapAt(index, ready.count - 1)
                steps += 1
                switch ready.removeLast() {
                case .job(let job): job.runSynchronously(on: asUnownedTaskExecutor())
                case .closure(let closure): closure()
                }
            } else if let next = timers.first, next.time <= end {
                pop()
                now = max(now, next.time)
                next.fire()
            } else {
                now = max(now, timers.isEmpty ? now : end)
                return
            }
        }
    }

    /// Whether anything is left to do, now or later.
    var isIdle: Bool { ready.isEmpty && timers.isEmpty }

    // MARK: The heap

    private func isBefore(_ left: Timer, _ right: Timer) -> Bool {
        left.time != right.time ? left.time < right.time : left.order < right.order
    }

    private func push(_ timer: Timer) {
        timers.append(timer)
        var index = timers.count - 1
        while index > 0, isBefore(timers[index], timers[(index - 1) / 2]) {
            timers.swapAt(index, (index - 1) / 2)
            index = (index - 1) / 2
        }
    }

    private func pop() {
        timers.swapAt(0, timers.count - 1)
        timers.removeLast()
        var index = 0
        while true {
            var least = index
            for child in [2 * index + 1, 2 * index + 2]
            where child < timers.count && isBefore(timers[child], timers[least]) {
                least = child
            }
            guard least != index else { return }
            timers.swapAt(index, least)
            index = least
        }
    }
}

/// `@unchecked Sendable`: see `SimulatedExecutor`.
private final class Sleeper: @unchecked Sendable {
    var isCancelled = false
    var timer: SimulatedExecutor.Timer?
}
