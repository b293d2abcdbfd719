import NIOConcurrencyHelpers
import NIOCore
import Operations
import RemitAPI
import TTRPC
import Testing

@Suite("The debug service")
struct EchoHandlerTests {
    private let context = ServerContext(method: DebugV1.EchoService.work)

    private func work(
        _ handler: EchoHandler,
        busy: UInt32 = 0,
        commits: UInt32 = 0,
        handoffs: UInt32 = 0
    ) async throws(RPCError) -> [UInt8] {
        let request = DebugV1.WorkRequest(
            payload: [1, 2],
            busyMicroseconds: busy,
            commits: commits,
            handoffs: handoffs
        )
        return try await handler.work(request, context: context).payload
    }

    @Test("work takes at least the time it was told to, and gives the payload back")
    func busy() async throws {
        let begin = NIODeadline.now()
        #expect(try await work(EchoHandler(), busy: 3000) == [1, 2])
        #expect(NIODeadline.now() - begin >= .milliseconds(3))
    }

    @Test("work waits for as many commits as it was told to", arguments: [0, 1, 16] as [UInt32])
    func commits(count: UInt32) async throws {
        let commits = NIOLockedValueBox(0)
        let handler = EchoHandler { commits.withLockedValue { $0 += 1 } }
        #expect(try await work(handler, commits: count) == [1, 2])
        #expect(commits.withLockedValue { $0 } == count)
    }

    @Test("every call that waits for the other thread goes on")
    func handoffs() async throws {
        let handler = EchoHandler()
        try await withThrowingTaskGroup { group in
            for _ in 0..<200 {
                group.addTask { try await work(handler, handoffs: 16) }
            }
            for try await payload in group { #expect(payload == [1, 2]) }
        }
    }

    @Test(
        "what is above a limit is refused with its field",
        arguments: [
            (1_000_001, 0, 0, "busy_microseconds"), (0, 17, 0, "commits"), (0, 0, 17, "handoffs"),
        ] as [(UInt32, UInt32, UInt32, String)]
    )
    func limits(busy: UInt32, commits: UInt32, handoffs: UInt32, field: String) async {
        let error = await #expect(throws: RPCError.self) {
            try await work(EchoHandler {}, busy: busy, commits: commits, handoffs: handoffs)
        }
        #expect(error?.code == .invalidArgument)
        #expect(error?.field == field)
    }

    @Test("without a store there is nothing to commit to")
    func noStore() async {
        let error = await #expect(throws: RPCError.self) {
            try await work(EchoHandler(), commits: 1)
        }
        #expect(error?.code == .invalidArgument)
    }

    @Test("why a commit failed is what the caller hears")
    func failedCommit() async {
        let full = RPCError(.unavailable, "The disk is full.", reason: "STORAGE_FULL")
        let error = await #expect(throws: RPCError.self) {
            try await work(EchoHandler { throw full }, commits: 1)
        }
        #expect(error == full)
    }
}
