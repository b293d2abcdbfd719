import NIOCore
import Testing

@testable import TTRPC

/// Beside whom the kernel alone finds out: nothing else here would end the connection.
@Suite("A host that is gone without a word", .timeLimit(testBound))
struct VanishedPeerTests {
    private static var settings: SocketSettings {
        var settings = SocketSettings()
        settings.unacknowledged = .milliseconds(500)
        return settings
    }

    @Test("a client that acknowledges no reply loses its connection, and its calls are cancelled")
    func client() async throws {
        let gate = Gate()
        try await withServer(
            { configuration in
                configuration.socketSettings = Self.settings
                configuration.idleTimeout = .hours(1)
                configuration.stallTimeout = .hours(1)
            },
            routes: { router in
                router.echo()
                router.hold(gate)
            }
        ) { server in
            let peer = try await server.peer()
            try await peer.send(RawRequest(Probe.hold).frame(1))
            try await eventually("a call runs") { gate.entered == 1 }
            try await peer.vanish()
            try await peer.send(RawRequest(Probe.echo).frame(3))
            try await eventually("the call is cancelled") { gate.cancelled == 1 }
            #expect(try await server.answersOthers())
            await peer.close()
        }
    }

    /// Makes a call, and answers it as the server.
    ///
    /// - Returns: where it came.
    private func call(_ client: RPCClient, _ listener: RawListener) async throws -> RawPeer {
        async let reply = client.text(Probe.echo, "")
        let peer = try await listener.accept()
        let streamID = try await peer.nextFrame().streamID
        try await peer.send(RawResponse.success(streamID, payload: Probe.payload("here")))
        #expect(try await reply == "here")
        return peer
    }

    @Test("a call that no server acknowledges is lost, and the next one is dialled anew")
    func server() async throws {
        let listener = try await RawListener.listen()
        try await withClient(port: listener.port, { $0.socketSettings = Self.settings }) { client in
            let peer = try await call(client, listener)
            try await peer.vanish()
            let failure = await client.failure(Probe.echo, timeout: nil)
            #expect(failure?.reason == "CONNECTION_LOST" && failure?.origin == .lost)
            let other = try await call(client, listener)
            await peer.close()
            await other.close()
        }
        await listener.close()
    }
}
