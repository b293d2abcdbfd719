import NIOCore
import TTRPC
import Testing

@Suite("Streams between our client and our server", .timeLimit(testBound))
struct StreamingTests {
    /// A server and a client of it.
    private func withBoth(
        _ configure: (inout ServerConfiguration) -> Void = { _ in },
        hello: Bool = true,
        client configureClient: (inout ClientConfiguration) -> Void = { _ in },
        routes: (inout Router) -> Void = { $0.streams() },
        _ body: (RPCClient) async throws -> Void
    ) async throws {
        try await withServer(
            {
                // On a slow machine a long frame takes long too.
                $0.frameTimeout = .seconds(waitSeconds)
                $0.stallTimeout = .seconds(3 * waitSeconds)
                configure(&$0)
            },
            routes: { router in
                router.echo()
                routes(&router)
            }
        ) { server in
            try await withClient(port: server.port, hello: hello, configureClient, body)
        }
    }

    @Test("each kind of stream brings all messages in their order", arguments: [true, false])
    func kinds(hello: Bool) async throws {
        try await withBoth(hello: hello) { client in
            #expect(try await client.spell("héllo").joined() == "héllo")
            #expect(try await client.spell("").joined() == "")
            let join = try await client.talk(Probe.join)
            for word in ["a", "", "b", "c"] { try await join.requests.write(Note(service: word)) }
            #expect(try await join.reply().service == "abc")
            let talk = try await client.talk()
            for word in ["x", "y"] {
                try await talk.requests.write(Note(service: word))
                #expect(try await talk.replies.next()?.service == word)
            }
            talk.finish()
            #expect(try await talk.replies.next() == nil)
        }
    }

    @Test("replies are an asynchronous sequence")
    func sequence() async throws {
        try await withBoth { client in
            var letters: [String] = []
            for try await note in try await client.spell("abc") { letters.append(note.service) }
            #expect(letters == ["a", "b", "c"])
        }
    }

    @Test("long streams, and many at once, lose and repeat nothing", arguments: [true, false])
    func many(hello: Bool) async throws {
        let count = 3000
        try await withBoth(hello: hello) { client in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for index in 0..<16 {
                    group.addTask {
                        let talk = try await client.talk(timeout: .seconds(100))
                        async let sent: Void = {
                            for number in 0..<count {
                                try await talk.requests.write(Note(service: "\(index):\(number)"))
                            }
                            talk.finish()
                        }()
                        var number = 0
                        while let note = try await talk.replies.next() {
                            guard note.service == "\(index):\(number)" else {
                                Issue.record("\(note.service) in place of \(number)")
                                return
                            }
                            number += 1
                        }
                        #expect(number == count)
                        try await sent
                    }
                }
                try await group.waitForAll()
            }
        }
    }

    @Test("messages larger than a window pass, one at a time", arguments: [true, false])
    func large(hello: Bool) async throws {
        let text = String(repeating: "x", count: 600_000)
        try await withBoth(
            {
                $0.maxRequestFrameBytes = 1 << 20
                $0.streamWindowBytes = 64 << 10
            },
            hello: hello,
            client: { $0.streamWindowBytes = 64 << 10 }
        ) { client in
            let talk = try await client.talk()
            for _ in 0..<5 {
                try await talk.requests.write(Note(service: text))
                #expect(try await talk.replies.next()?.service.utf8.count == text.utf8.count)
            }
            talk.finish()
            #expect(try await talk.replies.next() == nil)
        }
    }

    @Test("an error in mid-stream comes with its details, after the messages before it")
    func errorInStream() async throws {
        try await withBoth(routes: { router in
            router.serverStream { (_, writer, _) async throws(RPCError) in
                for number in 0..<100 { try await writer.write(Note(service: "\(number)")) }
                throw RPCError(.dataLoss, "The rest is gone.", reason: "GONE", field: "service")
            }
        }) { client in
            let replies = try await client.spell("")
            for number in 0..<100 {
                #expect(try await replies.next()?.service == "\(number)")
            }
            let error = try #require(await replies.failure())
            #expect(
                error
                    == RPCError(.dataLoss, "The rest is gone.", reason: "GONE", field: "service")
            )
        }
    }

    @Test("a message that cannot be sent ends the stream, at the server and at the client")
    func unencodable() async throws {
        try await withBoth(routes: { router in
            router.streams()
            router.serverStream(Probe.stream("Broken", .serverStream)) {
                (_, writer, _) async throws(RPCError) in
                try await writer.write(Note(service: "a"))
                try await writer.write(Note(service: "b\0"))
            }
        }) { client in
            let replies = try await client.spell("", Probe.stream("Broken", .serverStream))
            #expect(try await replies.next()?.service == "a")
            #expect(await replies.failure()?.code == .internal)
            let talk = try await client.talk()
            try await talk.requests.write(Note(service: "b\0"))
            #expect(await talk.replies.failure()?.code == .internal)
        }
    }

    @Test("metadata and deadline reach the handler of a stream")
    func context() async throws {
        try await withBoth(routes: { router in
            router.serverStream { (_, writer, context) async throws(RPCError) in
                try await writer.write(Note(service: context.metadata["request-id"] ?? ""))
                let hasDeadline = (context.timeRemaining ?? .zero) > .seconds(50)
                try await writer.write(Note(service: "\(hasDeadline)"))
            }
        }) { client in
            var metadata = Metadata()
            metadata.append("request-id", "r1")
            let call: RPCStream<Note, Note> = try await client.open(
                Probe.spell,
                Note(),
                options: CallOptions(timeout: .seconds(60), metadata: metadata)
            )
            #expect(try await call.replies.joined() == "r1true")
        }
    }

    @Test("interceptors see a stream begin and end once")
    func interceptors() async throws {
        let seen = SeenCalls()
        try await withServer(interceptors: [seen], routes: { $0.streams() }) { server in
            try await withClient(port: server.port) { client in
                #expect(try await client.spell("ab").joined() == "ab")
                let join = try await client.talk(Probe.join)
                #expect(try await join.reply().service == "")
            }
            try await eventually("both are seen") { seen.ended.value == 2 }
            #expect(seen.begun.value == 2)
        }
    }

    @Test("handlers can be called in process, without a connection")
    func inProcess() async throws {
        let written = NoteBox()
        let handler = {
            (notes: RPCMessages<Note>, writer: RPCWriter<Note>) async throws(RPCError) in
            while let note = try await notes.next() { try await writer.write(note) }
        }
        let writer = RPCWriter<Note> { (note) async throws(RPCError) in written.add(note.service) }
        try await handler(RPCMessages([Note(service: "a"), Note(service: "b")]), writer)
        #expect(written.all == ["a", "b"])
    }
}

/// Counts what an interceptor sees.
final class SeenCalls: ServerInterceptor {
    let begun = Counter()
    let ended = Counter()

    func begin(_ context: inout ServerContext) throws(RPCError) { begun.add() }

    func end(
        _ context: ServerContext,
        error: RPCError?,
        replyBytes: Int,
        durationNanoseconds: Int64
    ) {
        ended.add()
    }
}
