import NIOConcurrencyHelpers
import NIOCore

/// Runs the tasks of an event loop on that loop, in batches.
///
/// A job that is enqueued from the loop waits in a local queue, drained at the end of the read that
/// caused it, or of all the reads of a turn of the loop; jobs from other threads gather in a queue
/// that wakes the loop once for all of them. A handler that waits for a group commit is then
/// resumed together with the others of that commit, and their replies leave in one write.
///
/// An event loop runs what it is told to execute until there is no more, and reads nothing
/// meanwhile. A thread that always has its next batch ready before this one is done would keep the
/// loop from reading for as long as that goes on; so after `turnBudget` of batches it looks
/// whether there is something to read, and goes on.
final class LoopExecutor: TaskExecutor {
    /// What only the loop touches.
    private final class Local {
        var jobs: [UnownedJob] = []
        /// Jobs from other threads that were taken over.
        var remoteJobs = CircularBuffer<UnownedJob>()
        var spare: [UnownedJob] = []
        /// Since when, and until when, batches were run with no time to read between them.
        var busySince = NIODeadline.distantPast
        var busyUntil = NIODeadline.distantPast
        /// Tells when the loop has looked for something to read; nil for a timer, which does not
        /// know for sure.
        var bell: LoopBell?
        /// The loop reads before it goes on with a batch.
        var isLooking = false
        var looksAgain = false
        var isScheduled = false
        var isInBurst = false
        var afterDrain: () -> Void = {}
        var atTurnEnd: () -> Void = {}
        var afterLook: () -> Void = {}
    }

    /// The timer of a loop that has no bell.
    private static let lookTime = TimeAmount.microseconds(20)
    /// So much time without jobs that the loop has read meanwhile. It does other things too, which
    /// is why this is long.
    private static let idleTime = TimeAmount.milliseconds(1)
    /// Jobs between two looks at the clock.
    private static let clockInterval = 8

    let eventLoop: any EventLoop
    /// How long jobs from other threads are run before the loop reads.
    private let turnBudget: TimeAmount
    private let remote = NIOLockedValueBox<[UnownedJob]>([])
    // Sendable: what it holds is touched on the loop only. Debug builds look; a box that always
    // looks is a measurable part of a call.
    private nonisolated(unsafe) let onLoop = Local()

    init(_ eventLoop: any EventLoop, turnBudget: TimeAmount = .milliseconds(3)) {
        precondition(turnBudget > .zero)
        self.eventLoop = eventLoop
        self.turnBudget = turnBudget
    }

    private var local: Local {
        eventLoop.assertInEventLoop()
        return onLoop
    }

    /// Sets what runs after each drain: the flush of what was answered. On the loop only.
    func afterDrain(_ action: @escaping () -> Void) {
        local.afterDrain = action
    }

    /// Sets what runs after a drain that `drainSoon` asked for. On the loop only.
    func atTurnEnd(_ action: @escaping () -> Void) {
        local.atTurnEnd = action
    }

    /// Sets what runs after a look that `look` asked for. On the loop only.
    func afterLook(_ action: @escaping () -> Void) {
        local.afterLook = action
    }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        guard eventLoop.inEventLoop else {
            let isFirst = remote.withLockedValue { jobs in
                jobs.append(job)
                return jobs.count == 1
            }
            if isFirst, !Resumptions.gather(self) { wake() }
            return
        }
        let local = local
        local.jobs.append(job)
        if !local.isInBurst { drainSoon() }
    }

    /// Has the loop run what came from other threads.
    func wake() {
        eventLoop.execute { self.drainRemote() }
    }

    /// Drains when the loop has read everything that was readable, which ends its turn. On the loop
    /// only.
    func drainSoon() {
        let local = local
        guard !local.isScheduled else { return }
        local.isScheduled = true
        eventLoop.execute { self.endTurn() }
    }

    /// Runs `body`, whose jobs wait until `drain`. On the loop only.
    func burst(_ body: () -> Void) {
        let local = local
        let wasInBurst = local.isInBurst
        local.isInBurst = true
        body()
        local.isInBurst = wasInBurst
    }

    /// Sees to it that a drain follows, now that something waits for its flush: a burst has one
    /// after it in any case. On the loop only.
    func drainAfterBurst() {
        if !local.isInBurst { drainSoon() }
    }

    /// Runs what waits locally, then the flush. On the loop only.
    func drain() {
        let local = local
        assert(!local.isInBurst, "jobs would be run twice")
        if !local.jobs.isEmpty {
            burst {
                var next = 0
                while next < local.jobs.count {
                    run(local.jobs[next])
                    next += 1
                }
                local.jobs.removeAll(keepingCapacity: true)
            }
        }
        local.afterDrain()
    }

    private func endTurn() {
        let local = local
        local.isScheduled = false
        drain()
        local.atTurnEnd()
    }

    private func drainRemote() {
        let local = local
        guard !local.isLooking else { return }
        runRemote()
        if !local.remoteJobs.isEmpty { look() }
    }

    /// Runs jobs from other threads as long as the turn lasts.
    private func runRemote() {
        let local = local
        takeOver()
        var now = NIODeadline.now()
        if now - local.busyUntil > Self.idleTime { local.busySince = now }
        let end = local.busySince + turnBudget
        burst {
            while now < end, !local.remoteJobs.isEmpty {
                for _ in 0..<Self.clockInterval {
                    guard let job = local.remoteJobs.popFirst() else { break }
                    run(job)
                }
                now = .now()
            }
        }
        drain()
        local.busyUntil = .now()
    }

    private func takeOver() {
        let local = local
        remote.withLockedValue { swap(&$0, &local.spare) }
        local.remoteJobs.append(contentsOf: local.spare)
        local.spare.removeAll(keepingCapacity: true)
    }

    /// Whether nothing waits for the loop's next look. On the loop only.
    var isIdle: Bool { !local.isLooking && remote.withLockedValue { $0.isEmpty } }

    /// Has the loop look for something to read, and go on after that with what is left: jobs from
    /// other threads, then `afterLook`. On the loop only.
    func look() {
        let local = local
        guard !local.isLooking else {
            // Within the turn that follows a look: there is another one after it.
            local.looksAgain = true
            return
        }
        local.isLooking = true
        if local.bell?.ring() != true { setTimer() }
    }

    /// The loop runs a timer that is due before it reads: this one is set behind all that the loop
    /// was told to execute before, and until it is due nothing is begun here.
    private func setTimer() {
        eventLoop.execute {
            self.eventLoop.scheduleTask(in: Self.lookTime) { self.takeTurn() }
                .futureResult.whenFailure { _ in self.runLast() }
        }
    }

    /// Has a loop with sockets know for sure when it has looked. On the loop only.
    func hangBell() {
        local.bell = LoopBell(
            eventLoop,
            onRing: { self.takeTurn() },
            onClose: {
                self.local.bell = nil
                if self.local.isLooking { self.setTimer() }
            }
        )
    }

    /// Gives back what the bell takes of the system, and lets go of what it was told to do after
    /// drains and looks. On the loop only.
    ///
    /// What each call uses has no weak references, which make counting others three times as slow;
    /// so whoever hangs a bell or sets an action must call this.
    func stop() {
        let local = local
        local.bell?.close()
        local.afterDrain = {}
        local.atTurnEnd = {}
        local.afterLook = {}
    }

    /// What follows a look.
    private func takeTurn() {
        let local = local
        local.looksAgain = false
        local.busySince = .now()
        local.busyUntil = local.busySince
        runRemote()
        local.afterLook()
        local.busyUntil = .now()
        local.isLooking = false
        if local.looksAgain || !local.remoteJobs.isEmpty { look() }
    }

    /// The loop shuts down: whoever waits for these jobs must not wait for ever.
    private func runLast() {
        let local = local
        local.isLooking = false
        takeOver()
        while let job = local.remoteJobs.popFirst() { run(job) }
        drain()
    }

    private func run(_ job: UnownedJob) {
        job.runSynchronously(on: asUnownedTaskExecutor())
    }
}
