import NIOConcurrencyHelpers
import NIOCore

/// Runs the tasks of an event loop on that loop, in batches.
///
/// A job that is enqueued from the loop waits in a local queue, drained at the end of the read that
/// caused it, or of all the reads of a turn of the loop; jobs from other threads gather in a queue
/// that wakes the loop once for all of them. A handler that waits for a group commit is then
/// resumed together with the others of that commit, and their replies leave in one write.
final class LoopExecutor: TaskExecutor {
    /// What only the loop touches.
    private final class Local {
        var jobs: [UnownedJob] = []
        var spare: [UnownedJob] = []
        var isScheduled = false
        var isInBurst = false
        var afterDrain: () -> Void = {}
        var atTurnEnd: () -> Void = {}
    }

    let eventLoop: any EventLoop
    private let remote = NIOLockedValueBox<[UnownedJob]>([])
    // Sendable: what it holds is touched on the loop only. Debug builds look; a box that always
    // looks is a measurable part of a call.
    private nonisolated(unsafe) let onLoop = Local()

    init(_ eventLoop: any EventLoop) {
        self.eventLoop = eventLoop
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
        var batch = local.spare
        local.spare = []
        remote.withLockedValue { swap(&$0, &batch) }
        burst {
            for job in batch { run(job) }
        }
        batch.removeAll(keepingCapacity: true)
        local.spare = batch
        drain()
    }

    private func run(_ job: UnownedJob) {
        job.runSynchronously(on: asUnownedTaskExecutor())
    }
}
