import CLinux
import Dispatch
import Foundation
import NIOConcurrencyHelpers

/// A thread that does one piece of work after the other, with a little less of a processor than those
/// that answer callers get: libdispatch's of the same purpose take a higher priority where they may,
/// and then a server under overload cannot even refuse. It ends with its owner, once its work is done.
final class WriterThread: Sendable {
    /// What owner and thread share: the thread keeps no owner.
    private final class Inbox: Sendable {
        let work = NIOLockedValueBox<[@Sendable () -> Void]>([])
        let arrived = DispatchSemaphore(value: 0)

        /// Waits for work; nil at the end.
        func next() -> (@Sendable () -> Void)? {
            arrived.wait()
            return work.withLockedValue { $0.isEmpty ? nil : $0.removeFirst() }
        }
    }

    /// How much nicer than the process it is: see `Storage`.
    private static let stepsBelowProcess: Int32 = 1

    private let inbox = Inbox()

    /// - Parameter name: as the system shows it, at most 15 bytes.
    init(name: String) {
        let inbox = inbox
        let thread = Thread {
            // `Thread.name` is not sure to reach the system when it is set this early.
            _ = remit_set_thread_name(name)
            // It has inherited that of the thread that opens the store, which may be libdispatch's.
            let process = __priority_which_t(PRIO_PROCESS.rawValue)
            let own = getpriority(process, id_t(getpid())) + Self.stepsBelowProcess
            _ = setpriority(process, 0, own)
            while let work = inbox.next() { work() }
        }
        thread.start()
    }

    deinit {
        inbox.arrived.signal()
    }

    /// Does `work`, after all that came before it.
    func run(_ work: @escaping @Sendable () -> Void) {
        inbox.work.withLockedValue { $0.append(work) }
        inbox.arrived.signal()
    }
}
