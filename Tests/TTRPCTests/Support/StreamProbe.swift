import NIOCore
import TTRPC

extension Probe {
    static let spell = stream("Spell", .serverStream)
    static let join = stream("Join", .clientStream)
    static let talk = stream("Talk", .bidirectional)

    static func stream(
        _ name: String,
        _ kind: MethodKind,
        maxRequestBytes: Int = 0
    ) -> MethodDescriptor {
        MethodDescriptor(
            service: service,
            method: name,
            scope: "",
            idempotent: true,
            maxRequestBytes: maxRequestBytes,
            kind: kind
        )
    }
}

extension Router {
    /// Serves a method that takes a text and answers with a stream of texts.
    mutating func serverStream(
        _ method: MethodDescriptor = Probe.spell,
        _ body:
            @escaping @Sendable (String, RPCWriter<Note>, ServerContext)
            async throws(RPCError) -> Void
    ) {
        register(
            method,
            serverStream: {
                (note: Note, writer: RPCWriter<Note>, context: ServerContext)
                    async throws(RPCError) -> Void in
                try await body(note.service, writer, context)
            }
        )
    }

    /// Serves a method that takes a stream of texts and answers with one.
    mutating func clientStream(
        _ method: MethodDescriptor = Probe.join,
        _ body:
            @escaping @Sendable (RPCMessages<Note>, ServerContext) async throws(RPCError) -> String
    ) {
        register(
            method,
            clientStream: {
                (notes: RPCMessages<Note>, context: ServerContext) async throws(RPCError) -> Note in
                Note(service: try await body(notes, context))
            }
        )
    }

    /// Serves a method that streams texts both ways.
    mutating func bidirectional(
        _ method: MethodDescriptor = Probe.talk,
        _ body:
            @escaping @Sendable (RPCMessages<Note>, RPCWriter<Note>, ServerContext)
            async throws(RPCError) -> Void
    ) {
        register(
            method,
            bidirectional: {
                (notes: RPCMessages<Note>, writer: RPCWriter<Note>, context: ServerContext)
                    async throws(RPCError) -> Void in
                try await body(notes, writer, context)
            }
        )
    }

    /// `Spell` answers with a message a letter, `Join` with all texts in one, `Talk` with each text
    /// as it comes.
    mutating func streams() {
        serverStream { (text, writer, _) async throws(RPCError) in
            for letter in text { try await writer.write(Note(service: String(letter))) }
        }
        clientStream { (notes, _) async throws(RPCError) in try await notes.joined() }
        bidirectional { (notes, writer, _) async throws(RPCError) in
            while let note = try await notes.next() { try await writer.write(note) }
        }
    }
}

extension RPCMessages<Note> {
    /// All texts in one.
    func joined() async throws(RPCError) -> String {
        var all = ""
        while let note = try await next() { all += note.service }
        return all
    }

    /// What reading to the end fails with; nil when it does not.
    func failure() async -> RPCError? {
        do throws(RPCError) {
            while try await next() != nil {}
            return nil
        } catch {
            return error
        }
    }
}

extension RPCWriter<Note> {
    /// What writing fails with; nil when it does not.
    func failure(_ text: String) async -> RPCError? {
        do throws(RPCError) {
            try await write(Note(service: text))
            return nil
        } catch {
            return error
        }
    }
}

extension RPCCaller {
    /// Opens a method that takes a text and answers with a stream.
    func spell(
        _ text: String,
        _ method: MethodDescriptor = Probe.spell,
        timeout: TimeAmount? = .seconds(waitSeconds)
    ) async throws(RPCError) -> RPCMessages<Note> {
        let stream: RPCStream<Note, Note> = try await open(
            method,
            Note(service: text),
            options: CallOptions(timeout: timeout)
        )
        return stream.replies
    }

    /// Opens a method whose requests are a stream.
    func talk(
        _ method: MethodDescriptor = Probe.talk,
        timeout: TimeAmount? = .seconds(waitSeconds)
    ) async throws(RPCError) -> RPCStream<Note, Note> {
        try await open(method, nil, options: CallOptions(timeout: timeout))
    }
}

extension RawPeer {
    /// Sends a message on a stream.
    func send(_ text: String, on streamID: UInt32, flags: UInt8 = 0) async throws {
        try await send(
            RawFrame(
                streamID: streamID,
                kind: RawFrame.data,
                flags: flags,
                data: Probe.payload(text)
            )
        )
    }

    /// Ends this side of a stream.
    func sendEnd(of streamID: UInt32) async throws {
        try await send(RawFrame.end(streamID))
    }
}

extension RawFrame {
    /// The frame that ends a side of a stream.
    static func end(_ streamID: UInt32) -> RawFrame {
        RawFrame(streamID: streamID, kind: data, flags: 0x05)
    }

    /// A frame with a message.
    static func message(_ text: String, on streamID: UInt32) -> RawFrame {
        RawFrame(streamID: streamID, kind: data, data: Probe.payload(text))
    }
}
