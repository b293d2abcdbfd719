import NIOPosix

/// Lets the tasks that one thread resumes reach their event loops together.
///
/// A thread that resumes many tasks of a loop wakes it with the first. Where both share a processor
/// the loop would run that one alone, sleep, and be woken for the next. What is resumed here waits
/// in the loop's queue until all are, and the loop is woken once.
package enum Resumptions {
    /// Executors that are to be told.
    private final class Gathering: @unchecked Sendable {
        // Sendable: only the thread that has it sees it.
        var executors: [LoopExecutor] = []
    }

    private static let current = ThreadSpecificVariable<Gathering>()

    /// Runs `body`, which resumes tasks and must not wait for any of them.
    package static func together(_ body: () -> Void) {
        guard current.currentValue == nil else { return body() }
        let gathering = Gathering()
        current.currentValue = gathering
        body()
        current.currentValue = nil
        for executor in gathering.executors { executor.wake() }
    }

    /// Has an executor told at the end.
    ///
    /// - Returns: false when this thread gathers nothing.
    static func gather(_ executor: LoopExecutor) -> Bool {
        guard let gathering = current.currentValue else { return false }
        gathering.executors.append(executor)
        return true
    }
}
