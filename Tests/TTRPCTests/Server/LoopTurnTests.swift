import Foundation
import NIOConcurrencyHelpers
import NIOCore
import NIOPosix
import Testing

@testable import TTRPC

/// Two tasks of a loop, each let go by another thread while the other one runs: the loop always has
/// the next batch before it is done with this one.
private final class Relay: Sendable {
    private struct State {
        var waiting: UnsafeContinuation<Void, Never>?
        var turns = 0
        var isOver = false
    }

    /// Turns after which something to read arrives, and after which both give up.
    static let turnsBeforeInput = 100
    static let maxTurns = 20_000

    private let state = NIOLockedValueBox(State())
    private let thread = DispatchQueue(label: "relay")
    private let input: @Sendable () -> Void
    private let beside: @Sendable () -> Void

    /// - Parameters:
    ///   - input: makes something to read arrive, and returns when it has.
    ///   - beside: gives the loop other things to do, once a turn.
    init(input: @escaping @Sendable () -> Void, beside: @escaping @Sendable () -> Void) {
        self.input = input
        self.beside = beside
    }

    var turns: Int { state.withLockedValue { $0.turns } }

    /// What arrived was read.
    func end() {
        state.withLockedValue { $0.isOver = true }
    }

    func run() async {
        while takeTurn() {
            await withUnsafeContinuation { continuation in
                let isLast = state.withLockedValue { state in
                    state.waiting = continuation
                    return state.isOver
                }
                if isLast { letOtherGo() }
            }
        }
        letOtherGo()
    }

    /// Holds the loop until the other task is in its queue.
    private func takeTurn() -> Bool {
        letOtherGo()
        let (turns, goesOn) = state.withLockedValue { state in
            state.turns += 1
            if state.turns >= Self.maxTurns { state.isOver = true }
            return (state.turns, !state.isOver)
        }
        if turns == Self.turnsBeforeInput { input() }
        beside()
        return goesOn
    }

    private func letOtherGo() {
        let done = DispatchSemaphore(value: 0)
        thread.async {
            self.state.withLockedValue { state in
                defer { state.waiting = nil }
                return state.waiting
            }?.resume()
            done.signal()
        }
        done.wait()
    }
}

/// Tasks of a loop that another thread lets go as soon as they wait: more of them than one turn of
/// the loop has time for.
private final class Crowd: Sendable {
    private struct State {
        var waiting: [UnsafeContinuation<Void, Never>] = []
        var turns = 0
        var isOver = false
    }

    static let size = 64
    static let maxTurns = 20_000

    private let state = NIOLockedValueBox(State())

    var turns: Int { state.withLockedValue { $0.turns } }
    var isOver: Bool { state.withLockedValue { $0.isOver } }

    /// What arrived was read.
    func end() {
        state.withLockedValue { $0.isOver = true }
    }

    /// One of the tasks.
    func run() async {
        while state.withLockedValue({ !$0.isOver }) {
            await withUnsafeContinuation { continuation in
                state.withLockedValue { $0.waiting.append(continuation) }
            }
            usleep(10)
            state.withLockedValue { state in
                state.turns += 1
                if state.turns >= Self.maxTurns { state.isOver = true }
            }
        }
    }

    /// Lets them go until it is over and none waits.
    func letGo(while hasTasks: () -> Bool) {
        while hasTasks() {
            let waiting = state.withLockedValue { state in
                defer { state.waiting = [] }
                return state.waiting
            }
            for continuation in waiting { continuation.resume() }
        }
    }
}

/// Tells when something was read.
private final class Reader: ChannelInboundHandler, Sendable {
    typealias InboundIn = ByteBuffer

    private let onRead: @Sendable () -> Void

    init(_ onRead: @escaping @Sendable () -> Void) {
        self.onRead = onRead
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        onRead()
    }
}

/// A loop with a pipe, which notes how much work was done when the pipe is read.
private struct LoopFixture {
    let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    let executor: LoopExecutor
    private let turnsAtRead = NIOLockedValueBox<Int?>(nil)
    private let ends: (read: Int32, write: Int32)

    init(turnBudget: TimeAmount) throws {
        executor = LoopExecutor(group.next(), turnBudget: turnBudget)
        var ends: [Int32] = [0, 0]
        try #require(pipe(&ends) == 0)
        self.ends = (ends[0], ends[1])
    }

    /// Makes something to read arrive.
    var input: @Sendable () -> Void {
        { [ends] in _ = write(ends.write, "x", 1) }
    }

    /// The turns of the work when the pipe was read while `body` ran, or at its end.
    func turns(
        _ turns: @escaping @Sendable () -> Int,
        end: @escaping @Sendable () -> Void,
        _ body: () async throws -> Void
    ) async throws -> Int {
        try await group.next().submit { [executor] in executor.hangBell() }.get()
        let channel = try await NIOPipeBootstrap(group: group)
            .channelInitializer { [turnsAtRead] channel in
                let reader = Reader {
                    turnsAtRead.withLockedValue { $0 = turns() }
                    end()
                }
                return channel.pipeline.addHandler(reader)
            }
            .takingOwnershipOfDescriptor(input: ends.read)
            .get()
        try await body()
        // It is read in any case once the loop has nothing else to do.
        try await eventually("the pipe is read") { turnsAtRead.withLockedValue { $0 } != nil }
        try await channel.close()
        close(ends.write)
        try await group.next().submit { [executor] in executor.stop() }.get()
        try await group.shutdownGracefully()
        return try #require(turnsAtRead.withLockedValue { $0 })
    }
}

@Suite("The turns of an event loop", .timeLimit(testBound))
struct LoopTurnTests {
    @Test(
        "a loop reads, however fast another thread gives it work, and whatever it does beside",
        arguments: [0, 50]
    )
    func readsBetweenBatches(microsecondsBeside: UInt32) async throws {
        let loop = try LoopFixture(turnBudget: .milliseconds(1))
        let eventLoop = loop.group.next()
        let relay = Relay(
            input: loop.input,
            beside: {
                guard microsecondsBeside > 0 else { return }
                eventLoop.execute { usleep(microsecondsBeside) }
            }
        )
        let turns = try await loop.turns({ relay.turns }, end: { relay.end() }) {
            await withTaskGroup(of: Void.self) { tasks in
                for _ in 0..<2 {
                    tasks.addTask(executorPreference: loop.executor) { await relay.run() }
                }
            }
        }
        #expect(turns < Relay.maxTurns)
    }

    @Test("a loop reads between two turns, with work left over of both kinds")
    func readsBetweenTurns() async throws {
        let loop = try LoopFixture(turnBudget: .microseconds(100))
        let crowd = Crowd()
        let executor = loop.executor
        // A backlog that does not get shorter.
        try await loop.group.next().submit {
            executor.afterLook {
                usleep(100)
                if !crowd.isOver { executor.look() }
            }
            executor.look()
        }.get()
        let running = NIOLockedValueBox(Crowd.size)
        let thread = Thread { crowd.letGo { running.withLockedValue { $0 } > 0 } }
        thread.start()
        let turns = try await loop.turns({ crowd.turns }, end: { crowd.end() }) {
            await withTaskGroup(of: Void.self) { tasks in
                for _ in 0..<Crowd.size {
                    tasks.addTask(executorPreference: executor) {
                        await crowd.run()
                        running.withLockedValue { $0 -= 1 }
                    }
                }
                tasks.addTask {
                    while crowd.turns < Crowd.size { usleep(100) }
                    loop.input()
                }
            }
        }
        #expect(turns < Crowd.maxTurns)
    }
}
