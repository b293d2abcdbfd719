import NIOConcurrencyHelpers
import RemitAPI
import TTRPC
import Testing

@testable import Operations

@Suite("Echo's streams")
struct EchoStreamTests {
    private let context = ServerContext(method: DebugV1.EchoService.echoStream)

    private func messages(_ payloads: [[UInt8]]) -> RPCMessages<DebugV1.EchoMessage> {
        RPCMessages(payloads.map { DebugV1.EchoMessage(payload: $0) })
    }

    @Test("each message is answered with itself")
    func echo() async throws {
        let written = NIOLockedValueBox<[[UInt8]]>([])
        let writer = RPCWriter<DebugV1.EchoMessage> { (message) async throws(RPCError) in
            written.withLockedValue { $0.append(message.payload) }
        }
        try await EchoHandler().echoStream(
            messages([[1], [], [2, 3]]),
            responses: writer,
            context: context
        )
        #expect(written.withLockedValue { $0 } == [[1], [], [2, 3]])
    }

    @Test("messages and their bytes are counted")
    func collect() async throws {
        let reply = try await EchoHandler().collect(messages([[1], [], [2, 3]]), context: context)
        #expect(reply == DebugV1.CollectReply(messages: 3, bytes: 3))
    }

    @Test("a message comes as often as asked, then the status that was asked for")
    func expand() async throws {
        let written = NIOLockedValueBox(0)
        let writer = RPCWriter<DebugV1.EchoMessage> { (_) async throws(RPCError) in
            written.withLockedValue { $0 += 1 }
        }
        let handler = EchoHandler()
        var request = DebugV1.ExpandRequest(payload: [7], count: 3)
        try await handler.expand(request, responses: writer, context: context)
        #expect(written.withLockedValue { $0 } == 3)
        request.failCode = RPCCode.aborted.rawValue
        let aborted = await #expect(throws: RPCError.self) {
            try await handler.expand(request, responses: writer, context: self.context)
        }
        #expect(aborted?.code == .aborted)
        #expect(written.withLockedValue { $0 } == 6)
        request.count = EchoHandler.maxExpandCount + 1
        let refused = await #expect(throws: RPCError.self) {
            try await handler.expand(request, responses: writer, context: self.context)
        }
        #expect(refused?.reason == "BAD_COUNT")
        #expect(written.withLockedValue { $0 } == 6)
    }
}
