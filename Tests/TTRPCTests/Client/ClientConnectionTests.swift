import NIOCore
import TTRPC
import Testing

@Suite("Client: connections", .timeLimit(testBound))
struct ClientConnectionTests {
    /// A port on which nobody listens.
    private func closedPort() async throws -> Int {
        let listener = try await RawListener.listen()
        await listener.close()
        return listener.port
    }

    @Test("a refused connection is UNAVAILABLE with nothing sent, for every call that waited")
    func refused() async throws {
        try await withClient(port: try await closedPort()) { client in
            await withTaskGroup(of: RPCError?.self) { group in
                for _ in 0..<20 { group.addTask { await client.failure(Probe.echo) } }
                for await error in group {
                    #expect(error?.code == .unavailable)
                    #expect(error?.reason == "UNREACHABLE")
                    #expect(error?.origin == .notSent)
                }
            }
        }
    }

    @Test("a connection lost while calls wait fails each with an outcome that is not known")
    func lost() async throws {
        let listener = try await RawListener.listen()
        try await withClient(port: listener.port) { client in
            let tasks = (0..<10).map { _ in
                Task { await client.failure(Probe.echo, timeout: nil) }
            }
            let peer = try await listener.accept()
            for _ in tasks { _ = try await peer.nextFrame() }
            await peer.close()
            for task in tasks {
                let error = try #require(await task.value)
                #expect(error.code == .unavailable)
                #expect(error.reason == "CONNECTION_LOST")
                #expect(error.origin == .lost)
            }
        }
        await listener.close()
    }

    @Test("a half-closed connection is a lost one")
    func halfClosed() async throws {
        let listener = try await RawListener.listen()
        try await withClient(port: listener.port) { client in
            let task = Task { await client.failure(Probe.echo, timeout: nil) }
            let peer = try await listener.accept()
            _ = try await peer.nextFrame()
            try await peer.halfClose()
            let error = try #require(await task.value)
            #expect(error.origin == .lost)
            try await peer.end()
        }
        await listener.close()
    }

    @Test("a server that sends garbage is hung up on, and what waited is lost")
    func garbage() async throws {
        let listener = try await RawListener.listen()
        try await withClient(port: listener.port) { client in
            let task = Task { await client.failure(Probe.echo, timeout: nil) }
            let peer = try await listener.accept()
            _ = try await peer.nextFrame()
            try await peer.send(Array("HTTP/1.1 400 Bad Request\r\n\r\n".utf8))
            let error = try #require(await task.value)
            #expect(error.origin == .lost)
            try await peer.end()
        }
        await listener.close()
    }

    @Test("the first call after a loss dials again, on a stream id of its own")
    func reconnects() async throws {
        let listener = try await RawListener.listen()
        try await withClient(port: listener.port) { client in
            for round in 0..<5 {
                async let reply = client.text(Probe.echo, "\(round)", timeout: nil)
                let peer = try await listener.accept()
                let frame = try await peer.nextFrame()
                #expect(frame.streamID == 1)
                try await peer.send(RawResponse.success(1, payload: Probe.payload("r\(round)")))
                #expect(try await reply == "r\(round)")
                let lost = Task { await client.failure(Probe.echo, timeout: nil) }
                _ = try await peer.nextFrame()
                await peer.close()
                #expect(await lost.value?.origin == .lost)
            }
            #expect(listener.waiting == 0)
        }
        await listener.close()
    }

    /// A server that has answered one call and reads no more.
    private func deafServer(
        _ client: RPCClient,
        _ listener: RawListener
    ) async throws -> RawPeer {
        async let first = client.text(Probe.echo, "first", timeout: nil)
        let peer = try await listener.accept()
        let frame = try await peer.nextFrame()
        try await peer.stopReading()
        try await peer.send(RawResponse.success(frame.streamID, payload: Probe.payload("")))
        _ = try await first
        return peer
    }

    @Test("requests that the server does not read are held, and never sent once they have ended")
    func held() async throws {
        let listener = try await RawListener.listen()
        try await withClient(port: listener.port) { client in
            let peer = try await deafServer(client, listener)
            // 64 MB: more than the kernel keeps.
            let text = String(repeating: "x", count: 64_000)
            let count = 1000
            let sent = await withTaskGroup(of: RPCError?.self) { group in
                for _ in 0..<count {
                    group.addTask {
                        await client.failure(Probe.echo, text, timeout: .milliseconds(200))
                    }
                }
                return await group.reduce(into: 0) { sent, error in
                    #expect(error?.code == .deadlineExceeded)
                    if error?.origin == .lost { sent += 1 }
                }
            }
            #expect(sent * text.utf8.count < 16 << 20)
            try await peer.startReading()
            async let last = client.text(Probe.echo, "last", timeout: nil)
            for number in 0...sent {
                let frame = try await peer.nextFrame()
                let request = try RawRequest(decoding: frame.data)
                let isLast = request.payload == Probe.payload("last")
                #expect(isLast == (number == sent))
                guard isLast else { continue }
                try await peer.send(
                    RawResponse.success(frame.streamID, payload: request.payload)
                )
            }
            #expect(try await last == "last")
        }
        await listener.close()
    }

    @Test("calls that are held when the connection is lost were not begun")
    func heldAndLost() async throws {
        let listener = try await RawListener.listen()
        try await withClient(port: listener.port) { client in
            let peer = try await deafServer(client, listener)
            let text = String(repeating: "x", count: 64_000)
            let tasks = (0..<1000).map { _ in
                Task { await client.failure(Probe.echo, text, timeout: nil) }
            }
            // As many as the kernel takes.
            try await Task.sleep(for: .milliseconds(500))
            // Who calls only now is refused.
            await listener.close()
            try await peer.reset()
            var notSent = 0
            for task in tasks {
                let error = try #require(await task.value)
                #expect(error.code == .unavailable)
                if error.origin == .notSent { notSent += 1 }
            }
            #expect(notSent > 500)
        }
    }

    @Test("one connection serves calls that come at once, and calls that come later")
    func oneConnection() async throws {
        let listener = try await RawListener.listen()
        try await withClient(port: listener.port) { client in
            let tasks = (0..<10).map { number in
                Task { try await client.text(Probe.echo, "\(number)") }
            }
            let peer = try await listener.accept()
            for _ in tasks {
                let frame = try await peer.nextFrame()
                let request = try RawRequest(decoding: frame.data)
                try await peer.send(RawResponse.success(frame.streamID, payload: request.payload))
            }
            for (number, task) in tasks.enumerated() {
                #expect(try await task.value == "\(number)")
            }
            #expect(listener.waiting == 0)
        }
        await listener.close()
    }

    @Test("a client survives its server's restart")
    func restart() async throws {
        let port = try await closedPort()
        try await withClient(port: port) { client in
            #expect(await client.failure(Probe.echo)?.origin == .notSent)
            for round in 0..<3 {
                try await withServer(port: port) { _ in
                    // The end of the server before may still be on its way.
                    let reply = try await eventually("a reply") {
                        try? await client.text(Probe.echo, "\(round)")
                    }
                    #expect(reply == "\(round)")
                }
                let error = try #require(await client.failure(Probe.echo))
                #expect(error.code == .unavailable)
            }
        }
    }

    @Test("a client recovers from a server that hangs up on every connection")
    func hangsUp() async throws {
        let port = try await closedPort()
        try await withClient(port: port) { client in
            try await withServer(
                {
                    $0.maxConnections = 0
                    $0.maxRefusingConnections = 0
                },
                port: port
            ) { _ in
                for _ in 0..<50 {
                    let error = try #require(await client.failure(Probe.echo))
                    #expect(error.code == .unavailable)
                }
            }
            try await withServer(port: port) { _ in
                let reply = try await eventually("a reply") {
                    try? await client.text(Probe.echo, "x")
                }
                #expect(reply == "x")
            }
        }
    }

    @Test("when stream ids are used up the calls in flight are finished, and others go elsewhere")
    func usedUpStreamIDs() async throws {
        let gate = Gate()
        try await withServer(routes: { router in
            router.echo()
            router.hold(gate)
        }) { server in
            // Three ids are left to each connection.
            try await withClient(port: server.port, { $0.firstStreamID = .max - 8 }) { client in
                async let held = client.text(Probe.hold, "held")
                try await eventually("the call runs") { gate.entered == 1 }
                for number in 0..<4 {
                    #expect(try await client.text(Probe.echo, "\(number)") == "\(number)")
                }
                #expect(server.server.statistics.connections == 2)
                gate.open()
                #expect(try await held == "held")
                try await eventually("the first is closed") {
                    server.server.statistics.connections == 1
                }
                // The second has an id left; nothing waits on it when it is used up.
                for number in 0..<2 {
                    #expect(try await client.text(Probe.echo, "\(number)") == "\(number)")
                }
                try await eventually("the second is closed") {
                    server.server.statistics.connections == 1
                }
            }
        }
    }

    @Test("a draining server's refusal reaches the caller with when to come again")
    func draining() async throws {
        let gate = Gate()
        try await withServer(
            { $0.drainTimeout = .seconds(waitSeconds) },
            routes: { router in
                router.echo()
                router.hold(gate)
            }
        ) { server in
            try await withClient(port: server.port) { client in
                async let held = client.text(Probe.hold, "held")
                try await eventually("the call runs") { gate.entered == 1 }
                let idle = try await server.peer()
                #expect(try await idle.call(RawRequest(Probe.echo), 1).status == nil)
                async let shutdown: Void = server.server.shutdown()
                try await idle.end()
                let error = try #require(await client.failure(Probe.echo))
                #expect(error.code == .unavailable)
                #expect(error.reason == "DRAINING")
                #expect(error.origin == .peer)
                #expect(error.retryAfterMilliseconds != nil)
                gate.open()
                #expect(try await held == "held")
                await shutdown
            }
        }
    }

    @Test("a deadline of now is passed, and whether something was sent is told as it is")
    func deadlineOfNow() async throws {
        let listener = try await RawListener.listen()
        try await withClient(port: listener.port) { client in
            let error = try #require(await client.failure(Probe.echo, "first", timeout: .zero))
            #expect(error.code == .deadlineExceeded)
            async let reply = client.text(Probe.echo, "next")
            let peer = try await listener.accept()
            var frame = try await peer.nextFrame()
            if try RawRequest(decoding: frame.data).payload == Probe.payload("first") {
                #expect(error.origin == .lost)
                frame = try await peer.nextFrame()
            }
            let request = try RawRequest(decoding: frame.data)
            #expect(request.payload == Probe.payload("next"))
            try await peer.send(RawResponse.success(frame.streamID, payload: request.payload))
            #expect(try await reply == "next")
        }
        await listener.close()
    }

    @Test("a client that is shut down loses what waits, and refuses what comes")
    func shutdown() async throws {
        let listener = try await RawListener.listen()
        try await withClient(port: listener.port) { client in
            let task = Task { await client.failure(Probe.echo, timeout: nil) }
            let peer = try await listener.accept()
            _ = try await peer.nextFrame()
            await client.shutdown()
            #expect(await task.value?.origin == .lost)
            try await peer.end()
            let error = try #require(await client.failure(Probe.echo))
            #expect(error.code == .unavailable)
            #expect(error.origin == .notSent)
            await client.shutdown()
            #expect(listener.waiting == 0)
        }
        await listener.close()
    }
}
