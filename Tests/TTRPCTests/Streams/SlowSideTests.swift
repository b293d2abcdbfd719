import NIOCore
import TTRPC
import Testing

@Suite("Streams with a slow side", .timeLimit(testBound))
struct SlowSideTests {
    /// What may be under way when nobody reads: the kernel's buffers, the out-buffer, the window
    /// and the queues, in bytes.
    private let mostUnderWay = 14 << 20

    @Test(
        "a client that does not read makes the server's handler wait, and loses nothing",
        arguments: [true, false]
    )
    func slowClient(hello: Bool) async throws {
        let written = Counter()
        let text = String(repeating: "x", count: 16_000)
        let count = 3000
        try await withServer(routes: { router in
            router.serverStream { (_, writer, _) async throws(RPCError) in
                for _ in 0..<count {
                    try await writer.write(Note(service: text))
                    written.add()
                }
            }
        }) { server in
            try await withClient(port: server.port, hello: hello) { client in
                let replies = try await client.spell("", timeout: nil)
                #expect(try await replies.next() != nil)
                let stopped = try await settled { written.value }
                #expect(stopped < count)
                #expect(stopped * text.utf8.count < mostUnderWay)
                for _ in 1..<count { #expect(try await replies.next() != nil) }
                #expect(try await replies.next() == nil)
                #expect(written.value == count)
            }
        }
    }

    @Test("a handler runs no more than a message ahead of what its client has room for")
    func handlerAhead() async throws {
        let written = Counter()
        let text = String(repeating: "x", count: 16_000)
        try await withServer(routes: { router in
            router.serverStream { (_, writer, _) async throws(RPCError) in
                while true {
                    try await writer.write(Note(service: text))
                    written.add()
                }
            }
        }) { server in
            try await withClient(
                port: server.port,
                hello: true,
                { $0.streamWindowBytes = StreamLimits.initialWindowBytes }
            ) { client in
                let replies = try await client.spell("", timeout: nil)
                #expect(try await replies.next() != nil)
                // Four messages and a bit of the next fill the window, one may have been read, and
                // one waits.
                #expect(try await settled { written.value } <= 7)
                withExtendedLifetime(replies) {}
            }
        }
    }

    @Test(
        "a handler that does not read makes the client's writer wait, and loses nothing",
        arguments: [true, false]
    )
    func slowHandler(hello: Bool) async throws {
        let gate = Gate()
        let text = String(repeating: "x", count: 16_000)
        let count = 3000
        try await withServer(routes: { router in
            router.clientStream { (notes, _) async throws(RPCError) in
                await gate.pass()
                var read = 0
                while try await notes.next() != nil { read += 1 }
                return "\(read)"
            }
        }) { server in
            try await withClient(port: server.port, hello: hello) { client in
                let written = Counter()
                let call = try await client.talk(Probe.join, timeout: nil)
                let writer = Task {
                    for _ in 0..<count {
                        try await call.requests.write(Note(service: text))
                        written.add()
                    }
                }
                try await eventually("the handler runs") { gate.entered == 1 }
                let stopped = try await settled { written.value }
                #expect(stopped < count)
                #expect(stopped * text.utf8.count < mostUnderWay)
                gate.open()
                try await writer.value
                #expect(try await call.reply().service == "\(count)")
            }
        }
    }

    @Test("a writer that waits is told when its stream ends")
    func writerWaits() async throws {
        let codes = NoteBox()
        let text = String(repeating: "x", count: 16_000)
        try await withServer(routes: { router in
            router.serverStream { (_, writer, _) async throws(RPCError) in
                do throws(RPCError) {
                    while true { try await writer.write(Note(service: text)) }
                } catch {
                    codes.add(error.code.name)
                    throw error
                }
            }
        }) { server in
            // One whose deadline passes, one that goes away.
            let first = try await RawPeer.connect(
                to: server.address,
                reads: false,
                receiveBufferBytes: 65_536
            )
            let request = RawRequest(Probe.spell, timeoutNanoseconds: 300_000_000)
            try await first.send(request.frame(1, flags: 0x01))
            try await eventually("the deadline reaches the writer") {
                codes.all == ["DEADLINE_EXCEEDED"]
            }
            await first.close()
            let second = try await server.peer()
            try await second.send(RawRequest(Probe.spell).frame(1, flags: 0x01))
            _ = try await second.nextFrame()
            await second.close()
            try await eventually("the loss reaches the writer") {
                codes.all == ["DEADLINE_EXCEEDED", "CANCELLED"]
            }
        }
    }

    @Test("a client's writer that is cancelled gives the call up")
    func cancelledWriter() async throws {
        let gate = Gate()
        let text = String(repeating: "x", count: 16_000)
        try await withServer(routes: { router in
            router.clientStream { (notes, _) async throws(RPCError) in
                await gate.pass()
                return ""
            }
        }) { server in
            try await withClient(port: server.port) { client in
                let written = Counter()
                let call = try await client.talk(Probe.join, timeout: nil)
                let writer = Task { () -> RPCError? in
                    while true {
                        if let error = await call.requests.failure(text) { return error }
                        written.add()
                    }
                }
                _ = try await settled { written.value }
                writer.cancel()
                #expect(await writer.value?.code == .cancelled)
                #expect(await call.replies.failure()?.code == .cancelled)
                gate.open()
            }
        }
    }

    @Test("a client that does not read one stream still gets its other calls answered")
    func otherCallsOfClient() async throws {
        let written = Counter()
        let text = String(repeating: "x", count: 16_000)
        try await withServer(routes: { router in
            router.echo()
            router.serverStream { (_, writer, _) async throws(RPCError) in
                while true {
                    try await writer.write(Note(service: text))
                    written.add()
                }
            }
        }) { server in
            try await withClient(port: server.port, hello: true) { client in
                #expect(try await client.text(Probe.echo, "first") == "first")
                let replies = try await client.spell("", timeout: nil)
                #expect(try await replies.next() != nil)
                let stopped = try await settled { written.value }
                // The window and the queues, not the kernel's buffers.
                #expect(stopped * text.utf8.count < 2 << 20)
                for number in 0..<100 {
                    #expect(try await client.text(Probe.echo, "\(number)") == "\(number)")
                }
                #expect(written.value == stopped)
                #expect(try await replies.next() != nil)
            }
        }
    }

    @Test("many streams that a client leaves unread do not stop its other calls, nor each other")
    func manyStreamsOfClient() async throws {
        let written = Counter()
        let text = String(repeating: "x", count: 16_000)
        try await withServer(routes: { router in
            router.echo()
            router.serverStream { (_, writer, _) async throws(RPCError) in
                while true {
                    try await writer.write(Note(service: text))
                    written.add()
                }
            }
        }) { server in
            try await withClient(
                port: server.port,
                hello: true,
                {
                    $0.streamWindowBytes = 4 * StreamLimits.initialWindowBytes
                    $0.maxHeldStreamBytes = 2 * $0.streamWindowBytes
                }
            ) { client in
                #expect(try await client.text(Probe.echo, "first") == "first")
                var streams: [RPCMessages<Note>] = []
                for _ in 0..<6 { streams.append(try await client.spell("", timeout: nil)) }
                let stopped = try await settled { written.value }
                // Six windows and the queues, not the kernel's buffers.
                #expect(stopped * text.utf8.count < 2 << 20)
                #expect(try await client.text(Probe.echo, "on") == "on")
                for replies in streams {
                    for _ in 0..<100 { #expect(try await replies.next() != nil) }
                }
                #expect(try await client.text(Probe.echo, "last") == "last")
            }
        }
    }

    @Test("many streams that no handler reads do not keep their client from calling, or cancelling")
    func manyStreamsOfHandlers() async throws {
        let gate = Gate()
        let text = String(repeating: "x", count: 16_000)
        try await withServer(
            {
                $0.streamWindowBytes = StreamLimits.initialWindowBytes
                $0.maxHeldStreamBytes = 2 * $0.streamWindowBytes
            },
            routes: { router in
                router.echo()
                router.clientStream { (_, _) async throws(RPCError) in
                    await gate.pass()
                    return ""
                }
            }
        ) { server in
            let peer = try await server.peer()
            try await peer.hello(RawHello([RawHello.cancel, RawHello.window]))
            for streamID: UInt32 in [3, 5, 7] {
                try await peer.send(RawRequest(Probe.join).frame(streamID, flags: 0x06))
                for _ in 0..<5 { try await peer.send(text, on: streamID) }
            }
            #expect(try await peer.call(RawRequest(Probe.echo), 9).status == nil)
            try await peer.send(RawFrame.cancel(5))
            try await eventually("the handler is cancelled") { gate.cancelled == 1 }
            await peer.close()
        }
    }

    @Test("a handler that does not read one stream does not stop its client's other calls")
    func otherCallsOfHandler() async throws {
        let gate = Gate()
        let text = String(repeating: "x", count: 16_000)
        try await withServer(routes: { router in
            router.streams()
            router.echo()
            router.clientStream(Probe.stream("Deaf", .clientStream)) {
                (notes, _) async throws(RPCError) in
                await gate.pass()
                return ""
            }
        }) { server in
            try await withClient(port: server.port, hello: true) { client in
                let written = Counter()
                let deaf = Probe.stream("Deaf", .clientStream)
                let call = try await client.talk(deaf, timeout: nil)
                let writer = Task {
                    while await call.requests.failure(text) == nil { written.add() }
                }
                try await eventually("the handler runs") { gate.entered == 1 }
                let stopped = try await settled { written.value }
                #expect(stopped * text.utf8.count < 2 << 20)
                #expect(try await client.text(Probe.echo, "on") == "on")
                let talk = try await client.talk()
                try await talk.requests.write(Note(service: text))
                #expect(try await talk.replies.next()?.service == text)
                gate.open()
                #expect(try await call.reply().service == "")
                await writer.value
            }
        }
    }
}
