import NIOCore
import TTRPC
import Testing

@Suite("Client: replies that cannot be read", .timeLimit(testBound))
struct ClientReplyTests {
    /// Answers a call with `bytes`, then sees that the same connection still serves.
    private func failure(
        _ configure: (inout ClientConfiguration) -> Void = { _ in },
        answer bytes: [UInt8]
    ) async throws -> RPCError? {
        let listener = try await RawListener.listen()
        var failure: RPCError?
        try await withClient(port: listener.port, configure) { client in
            let task = Task {
                do throws(RPCError) {
                    let _: GoogleRPC.BadRequest = try await client.call(
                        Probe.echo,
                        Note(),
                        options: CallOptions(timeout: .seconds(waitSeconds))
                    )
                    return nil as RPCError?
                } catch {
                    return error
                }
            }
            let peer = try await listener.accept()
            _ = try await peer.nextFrame()
            try await peer.send(bytes)
            failure = await task.value
            async let reply = client.text(Probe.echo, "")
            let next = try await peer.nextFrame()
            try await peer.send(RawResponse.success(next.streamID, payload: Probe.payload("own")))
            #expect(try await reply == "own")
        }
        await listener.close()
        return failure
    }

    @Test(
        "a reply that is not what it should be leaves the outcome unknown",
        arguments: [
            RawFrame(streamID: 1, kind: 2, data: [0x12, 9, 1]),
            RawResponse.success(1, payload: [0x0A]),
            RawResponse.success(1, payload: [0x0A, 2, 0x0A, 9]),
            RawResponse.success(1, payload: [0x0A, 3, 0x0A, 1, 0xFF]),
        ]
    )
    func malformed(frame: RawFrame) async throws {
        let error = try #require(try await failure(answer: frame.bytes))
        #expect(error.code == .internal)
        #expect(error.origin == .lost)
    }

    @Test("a status whose text cannot be read still gives its code")
    func malformedStatus() async throws {
        let data = HandWriter.write { writer in
            writer.message(1) { inner in
                inner.number(1, 5)
                inner.data(2, [0xFF])
            }
        }
        let frame = RawFrame(streamID: 1, kind: RawFrame.response, data: data)
        let error = try #require(try await failure(answer: frame.bytes))
        #expect(error.code == .notFound)
        #expect(error.origin == .peer)
    }

    @Test("a reply longer than the limit is skipped, and its outcome is unknown")
    func oversized() async throws {
        let data = [UInt8](repeating: 0, count: 5000)
        let frame = RawFrame(streamID: 1, kind: RawFrame.response, data: data)
        let error = try #require(
            try await failure({ $0.maxReplyBytes = 1000 }, answer: frame.bytes)
        )
        #expect(error.code == .resourceExhausted)
        #expect(error.reason == "MESSAGE_TOO_LARGE")
        #expect(error.origin == .lost)
    }

    @Test("a reply that would need more memory than a reply may take is an error")
    func bomb() async throws {
        let empty: [UInt8] = [0x0A, 0]
        let payload = (0..<20_000).flatMap { _ in empty }
        let frame = RawResponse.success(1, payload: payload)
        let error = try #require(
            try await failure({ $0.replyArenaBytes = 100_000 }, answer: frame.bytes)
        )
        #expect(error.code == .internal || error.code == .resourceExhausted)
        #expect(error.origin == .lost)
    }

    @Test("a status of many empty details is read or refused")
    func statusBomb() async throws {
        let empty: [UInt8] = [0x1A, 0]
        var status: [UInt8] = [0x08, 5]
        for _ in 0..<20_000 { status += empty }
        let data = HandWriter.write { $0.data(1, status) }
        let frame = RawFrame(streamID: 1, kind: RawFrame.response, data: data)
        #expect(try await failure(answer: frame.bytes)?.code == .notFound)
        let refused = try await failure({ $0.replyArenaBytes = 100_000 }, answer: frame.bytes)
        #expect(refused?.origin == .lost)
    }
}
