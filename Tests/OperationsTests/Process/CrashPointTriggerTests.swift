import Glibc
import NIOConcurrencyHelpers
import Operations
import Synchronization
import Testing

/// Runs jobs when it is told to, so that a test sees whether a task has any left.
private final class HandExecutor: TaskExecutor, Sendable {
    private let jobs = NIOLockedValueBox<[UnownedJob]>([])

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        jobs.withLockedValue { $0.append(job) }
    }

    /// - Returns: how many jobs there were, at most `limit`.
    func run(limit: Int) -> Int {
        var count = 0
        while count < limit, let job = jobs.withLockedValue({ $0.isEmpty ? nil : $0.removeFirst() })
        {
            job.runSynchronously(on: asUnownedTaskExecutor())
            count += 1
        }
        return count
    }
}

private enum Point: String, CaseIterable {
    case before = "before-settle"
    case after = "after-settle"
}

@Suite("Crash point trigger")
struct CrashPointTriggerTests {
    @Test("without a name, and at other points, nothing happens")
    func offByDefault() async {
        await CrashPointTrigger(name: nil, mode: .exit).reached("before-settle")
        await CrashPointTrigger(name: "before-settle", mode: .exit).reached("after-settle")
    }

    @Test("exit ends the process at once with 70")
    func exits() async {
        await #expect(processExitsWith: .exitCode(70)) {
            atexit { _exit(1) }
            await CrashPointTrigger(name: "before-settle", mode: .exit).reached("before-settle")
            exit(0)
        }
    }

    @Test("hang says so, stays for ever though the task is cancelled, and fires once")
    func hangs() async throws {
        let result = try await #require(
            processExitsWith: .exitCode(0),
            observing: [\.standardErrorContent]
        ) {
            let trigger = CrashPointTrigger(name: "before-settle", mode: .hang)
            let executor = HandExecutor()
            let hasReturned = Atomic<Bool>(false)
            let task = Task(executorPreference: executor) {
                await trigger.reached("before-settle")
                hasReturned.store(true, ordering: .relaxed)
            }
            guard executor.run(limit: 100) > 0 else { exit(1) }
            task.cancel()
            guard executor.run(limit: 100) == 0 else { exit(2) }
            await trigger.reached("before-settle")
            exit(hasReturned.load(ordering: .relaxed) ? 3 : 0)
        }
        let lines = String(decoding: result.standardErrorContent, as: UTF8.self)
            .split(separator: "\n")
        #expect(lines.filter { $0 == "crash point before-settle reached" }.count == 1)
    }

    @Test("a point or mode that there is not is refused with those that there are")
    func unknownNames() async throws {
        let point = try await Fixture.settings(["--debug-crash-point=x"])
        let wrongPoint = ConfigurationError(
            "--debug-crash-point (flag) is 'x'; it must be one of before-settle, after-settle"
        )
        #expect(throws: wrongPoint) { try CrashPointTrigger(point, Point.self) }
        let mode = try await Fixture.settings(["--debug-crash-mode=x"])
        let wrongMode = ConfigurationError(
            "--debug-crash-mode (flag) is 'x'; it must be one of exit, hang"
        )
        #expect(throws: wrongMode) { try CrashPointTrigger(mode, Point.self) }
    }
}
