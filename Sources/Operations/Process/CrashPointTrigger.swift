import Glibc
import NIOConcurrencyHelpers
import Synchronization

/// Stops the process at a named point, for tests of what a crash leaves behind. Off by default.
package final class CrashPointTrigger: Sendable {
    /// How it stops.
    package enum Mode: String, Sendable {
        /// Exits at once, without any clean-up.
        case exit
        /// Says so on standard error and suspends that task for ever, to be killed.
        case hang
    }

    /// The status of a process that exited at a crash point.
    package static let exitStatus: Int32 = 70

    private let name: String?
    private let mode: Mode
    private let hasFired = Atomic<Bool>(false)
    /// The task that hangs. Kept, since one that is lost unresumed is reported as a mistake.
    private let held = NIOLockedValueBox<CheckedContinuation<Void, Never>?>(nil)

    /// - Parameters:
    ///   - name: the point; nil for none.
    ///   - mode: how it stops.
    package init(name: String?, mode: Mode) {
        self.name = name
        self.mode = mode
    }

    /// Called at every point. Stops at the one asked for, the first time it is reached.
    package func reached(_ point: String) async {
        guard point == name, !hasFired.exchange(true, ordering: .relaxed) else { return }
        switch mode {
        case .exit:
            _exit(Self.exitStatus)
        case .hang:
            StandardStream.error.write("crash point \(point) reached\n")
            // Not a sleep: the caller that goes away cancels this task, and a sleep would end.
            await withCheckedContinuation { continuation in
                held.withLockedValue { $0 = continuation }
            }
        }
    }
}
