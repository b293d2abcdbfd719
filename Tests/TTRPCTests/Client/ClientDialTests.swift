import NIOCore
import TTRPC
import Testing

@Suite("Client: dialling", .timeLimit(testBound))
struct ClientDialTests {
    /// A client whose dial hangs.
    private func withHangingDial(
        connectTimeout: TimeAmount = .minutes(1),
        _ body: (RPCClient) async throws -> Void
    ) async throws {
        let listener = try await RawListener.deaf()
        try await withClient(
            port: listener.port,
            { $0.connectTimeout = connectTimeout },
            body
        )
        await listener.close()
    }

    @Test("a dial that takes too long is UNAVAILABLE with nothing sent, and is tried again")
    func connectTimeout() async throws {
        try await withHangingDial(connectTimeout: .milliseconds(50)) { client in
            for _ in 0..<2 {
                let error = try #require(await client.failure(Probe.echo, timeout: nil))
                #expect(error.code == .unavailable)
                #expect(error.reason == "UNREACHABLE")
                #expect(error.origin == .notSent)
            }
        }
    }

    @Test("a deadline that passes while dialling proves that nothing was sent")
    func deadline() async throws {
        try await withHangingDial { client in
            let error = try #require(
                await client.failure(Probe.echo, timeout: .milliseconds(20))
            )
            #expect(error.code == .deadlineExceeded)
            #expect(error.origin == .notSent)
        }
    }

    @Test("a caller that is cancelled while dialling knows that nothing was sent")
    func cancellation() async throws {
        try await withHangingDial { client in
            let task = Task { await client.failure(Probe.echo, timeout: nil) }
            // Another caller's deadline passes when both wait for the dial.
            _ = await client.failure(Probe.echo, timeout: .milliseconds(20))
            task.cancel()
            let error = try #require(await task.value)
            #expect(error.code == .cancelled)
            #expect(error.origin == .notSent)
        }
    }

    @Test("a shutdown while dialling fails what waits, with nothing sent")
    func shutdown() async throws {
        try await withHangingDial { client in
            let task = Task { await client.failure(Probe.echo, timeout: nil) }
            _ = await client.failure(Probe.echo, timeout: .milliseconds(20))
            await client.shutdown()
            let error = try #require(await task.value)
            #expect(error.code == .unavailable)
            #expect(error.origin == .notSent)
        }
    }
}
