import Dispatch
import Glibc
import NIOConcurrencyHelpers
import TTRPC

/// Lets tasks wait for another thread, which resumes all that wait at once: the way of a group
/// commit, with nothing to commit.
final class GroupHandoff: Sendable {
    private typealias Waiter = UnsafeContinuation<Void, Never>

    private struct Queue {
        var waiters: [Waiter] = []
        var isRunning = false
    }

    private let queue = NIOLockedValueBox(Queue())
    private let thread = DispatchQueue(label: "remit.debug.handoff")

    /// Returns when the other thread has seen the caller.
    func wait() async {
        await withUnsafeContinuation { (waiter: Waiter) in
            let starts = queue.withLockedValue { queue in
                queue.waiters.append(waiter)
                defer { queue.isRunning = true }
                return !queue.isRunning
            }
            if starts { thread.async { self.run() } }
        }
    }

    private func run() {
        while true {
            // A commit waits for the disk while the next group gathers. Without that a group is
            // what was there when the system happened to switch threads, often a single call.
            sched_yield()
            let batch = queue.withLockedValue { queue in
                defer { queue.waiters.removeAll(keepingCapacity: true) }
                queue.isRunning = !queue.waiters.isEmpty
                return queue.waiters
            }
            guard !batch.isEmpty else { return }
            Resumptions.together {
                for waiter in batch { waiter.resume() }
            }
        }
    }
}
