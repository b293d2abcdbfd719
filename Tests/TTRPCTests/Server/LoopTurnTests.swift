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
    static let maxTurns = 50_000

    private let state = NIOLockedValueBox(State())
    private let thread = DispatchQueue(label: "relay")
    private let input: @Sendable () -> Void

    /// - Parameter input: makes something to read arrive, and returns when it has.
    init(input: @escaping @Sendable () -> Void) {
        self.input = input
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

@Suite("The turns of an event loop", .timeLimit(testBound))
struct LoopTurnTests {
    @Test("a loop reads, however fast another thread gives it work")
    func readsBetweenBatches() async throws {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let executor = LoopExecutor(group.next(), turnBudget: .milliseconds(1))
        var ends: [Int32] = [0, 0]
        try #require(pipe(&ends) == 0)
        let (readEnd, writeEnd) = (ends[0], ends[1])
        let relay = Relay { _ = write(writeEnd, "x", 1) }
        let turnsAtRead = NIOLockedValueBox<Int?>(nil)
        let channel = try await NIOPipeBootstrap(group: group)
            .channelInitializer { channel in
                channel.pipeline.addHandler(
                    Reader {
                        turnsAtRead.withLockedValue { $0 = relay.turns }
                        relay.end()
                    }
                )
            }
            .takingOwnershipOfDescriptor(input: readEnd)
            .get()
        await withTaskGroup(of: Void.self) { tasks in
            for _ in 0..<2 {
                tasks.addTask(executorPreference: executor) { await relay.run() }
            }
        }
        // The pipe is read in any case once the loop has nothing else to do.
        try await eventually("the pipe is read") { turnsAtRead.withLockedValue { $0 } != nil }
        let turns = try #require(turnsAtRead.withLockedValue { $0 })
        #expect(turns < Relay.maxTurns)
        try await channel.close()
        close(writeEnd)
        try await group.shutdownGracefully()
    }
}
