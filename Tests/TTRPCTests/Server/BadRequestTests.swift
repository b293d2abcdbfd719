import NIOConcurrencyHelpers
import ProtobufC
import TTRPC
import Testing

@Suite("Requests that cannot be read", .timeLimit(testBound))
struct BadRequestTests {
    /// Serves a message with repeated submessages; answers with their number.
    private static let count = Probe.method("Count")

    private static func routes(_ router: inout Router) {
        router.echo()
        router.register(count) {
            (request: GoogleRPC.BadRequest, _: ServerContext) async throws(RPCError) -> Note in
            Note(service: "\(request.fieldViolations.count)")
        }
    }

    /// Sends what cannot be read, and then sees that the same connection still serves.
    private func refusal(
        _ method: MethodDescriptor,
        payload: [UInt8]
    ) async throws -> RPCError? {
        let seen = NIOLockedValueBox<RPCError?>(nil)
        try await withServer(routes: Self.routes) { server in
            let peer = try await server.peer()
            let response = try await peer.call(RawRequest(method, payload: payload), 1)
            seen.withLockedValue { $0 = response.error }
            #expect(response.error == nil || response.payload == nil)
            let next = try await peer.call(RawRequest(Probe.echo, payload: Probe.payload("n")), 3)
            #expect(next.payload == Probe.payload("n"))
            await peer.close()
        }
        return seen.withLockedValue { $0 }
    }

    @Test(
        "a text that is not UTF-8, or has a NUL inside, is BAD_TEXT with its field",
        arguments: [
            [0xFF], [0xC3], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80],
            [0x61, 0x80, 0x62], [0], [0x61, 0], [0, 0x61], [0x61, 0, 0x62],
        ] as [[UInt8]]
    )
    func badText(text: [UInt8]) async throws {
        let flat = HandWriter.write { $0.data(1, text) }
        let error = try #require(try await refusal(Probe.echo, payload: flat))
        #expect(error.code == .invalidArgument)
        #expect(error.reason == "BAD_TEXT")
        #expect(error.field == "service")
        let nested = HandWriter.write { writer in
            writer.message(1) { $0.text(1, "fine") }
            writer.message(1) { $0.data(2, text) }
        }
        let inner = try #require(try await refusal(Self.count, payload: nested))
        #expect(inner.code == .invalidArgument)
        #expect(inner.reason == "BAD_TEXT")
        #expect(inner.field?.hasSuffix("description") == true)
    }

    @Test("metadata that is not text is BAD_TEXT", arguments: [1, 2], [[0xFF], [0x61, 0]])
    func badMetadata(field: Int, text: [UInt8]) async throws {
        try await withServer { server in
            let peer = try await server.peer()
            let request = RawRequest(Probe.echo)
            let envelope =
                request.bytes
                + HandWriter.write { writer in
                    writer.message(5) { $0.data(field, text) }
                }
            try await peer.send(RawFrame(streamID: 1, kind: RawFrame.request, data: envelope))
            let error = try #require(try await peer.nextResponse(1).error)
            #expect(error.code == .invalidArgument)
            #expect(error.reason == "BAD_TEXT")
            #expect(error.field == (field == 1 ? "key" : "value"))
            #expect(try await peer.call(request, 3).status == nil)
            await peer.close()
        }
    }

    @Test(
        "a message that is cut off or malformed is INVALID_ARGUMENT",
        arguments: [
            [0x0A], [0x0A, 5, 0x61], [0x0A, 0xFF], [0x0A, 0xFF, 0xFF, 0xFF, 0xFF, 0x0F],
            [0x0A, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01],
            [0x08], [0x80], [0x0D, 1, 2], [0x09, 1, 2, 3], [0x0B], [0x0F],
            [0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x01],
        ] as [[UInt8]]
    )
    func malformed(payload: [UInt8]) async throws {
        let error = try #require(try await refusal(Probe.echo, payload: payload))
        #expect(error.code == .invalidArgument)
        #expect(error.reason == "MALFORMED_MESSAGE")
    }

    @Test(
        "an envelope that cannot be read is INVALID_ARGUMENT",
        arguments: [[0x0A, 9], [0x1A, 0xFF, 0xFF, 0xFF, 0x7F, 1], [0x22], [0x2A, 1, 0x0A]]
            as [[UInt8]]
    )
    func malformedEnvelope(data: [UInt8]) async throws {
        try await withServer { server in
            let peer = try await server.peer()
            try await peer.send(RawFrame(streamID: 1, kind: RawFrame.request, data: data))
            let error = try #require(try await peer.nextResponse(1).error)
            #expect(error.code == .invalidArgument)
            #expect(error.reason == "MALFORMED_MESSAGE")
            #expect(try await peer.call(RawRequest(Probe.echo), 3).status == nil)
            await peer.close()
        }
    }

    @Test("an empty frame is a request for a service without a name")
    func emptyEnvelope() async throws {
        try await withServer { server in
            let peer = try await server.peer()
            try await peer.send(RawFrame(streamID: 1, kind: RawFrame.request))
            #expect(try await peer.nextResponse(1).error?.code == .unimplemented)
            #expect(try await peer.call(RawRequest(Probe.echo), 3).status == nil)
            await peer.close()
        }
    }

    @Test("a frame full of empty submessages is read or refused, and the next call works")
    func submessages() async throws {
        try await withServer(routes: Self.routes) { server in
            let peer = try await server.peer()
            let empty: [UInt8] = [0x0A, 0]
            for (index, count) in [1000, 20_000, 32_700].enumerated() {
                let payload = (0..<count).flatMap { _ in empty }
                let streamID = UInt32(4 * index + 1)
                let response = try await peer.call(
                    RawRequest(Self.count, payload: payload),
                    streamID
                )
                if let error = response.error {
                    #expect(error.code == .resourceExhausted)
                } else {
                    #expect(response.payload == Probe.payload("\(count)"))
                }
                let next = RawRequest(Probe.echo, payload: Probe.payload("n"))
                #expect(try await peer.call(next, streamID + 2).payload == Probe.payload("n"))
            }
            await peer.close()
        }
    }

    @Test("a frame full of empty pairs of metadata is read or refused, and the next call works")
    func metadataBomb() async throws {
        try await withServer { server in
            let peer = try await server.peer()
            let request = RawRequest(Probe.echo)
            let empty: [UInt8] = [0x2A, 0]
            let pairs = (0..<32_700).flatMap { _ in empty }
            try await peer.send(
                RawFrame(streamID: 1, kind: RawFrame.request, data: request.bytes + pairs)
            )
            let response = try await peer.nextResponse(1)
            #expect(response.error == nil || response.error?.code == .resourceExhausted)
            #expect(try await peer.call(request, 3).status == nil)
            await peer.close()
        }
    }

    @Test("a frame full of unknown fields is read or refused, and the next call works")
    func unknownFields() async throws {
        let known = Probe.payload("known")
        let unknown: [[UInt8]] = [
            [0x78, 0],  // field 15, varint
            [0x7A, 0],  // field 15, bytes
            [0x7D, 0, 0, 0, 0],  // field 15, fixed32
            [0xF8, 0xFF, 0xFF, 0xFF, 0x0F, 1],  // the highest field, varint
        ]
        for field in unknown {
            try await withServer(routes: Self.routes) { server in
                let peer = try await server.peer()
                let count = (65_000 - known.count) / field.count
                let payload = known + (0..<count).flatMap { _ in field }
                let response = try await peer.call(RawRequest(Probe.echo, payload: payload), 1)
                if let error = response.error {
                    #expect(error.code == .resourceExhausted)
                } else {
                    #expect(response.payload == known)
                }
                let next = RawRequest(Probe.echo, payload: Probe.payload("n"))
                #expect(try await peer.call(next, 3).payload == Probe.payload("n"))
                await peer.close()
            }
        }
    }

    @Test("random payloads are answered, every one, on one connection", arguments: 1...10)
    func randomPayloads(seed: UInt64) async throws {
        var random = SplitMix64(seed: seed)
        let payloads = (0..<100).map { _ in
            (0..<Int.random(in: 0...200, using: &random)).map { _ in
                UInt8.random(in: 0...255, using: &random)
            }
        }
        try await withServer(routes: Self.routes) { server in
            let peer = try await server.peer()
            for (index, payload) in payloads.enumerated() {
                let method = index % 2 == 0 ? Probe.echo : Self.count
                let response = try await peer.call(
                    RawRequest(method, payload: payload),
                    UInt32(2 * index + 1)
                )
                #expect((response.error == nil) != (response.payload == nil))
                let decodes =
                    index % 2 == 0
                    ? (try? Note(serialized: payload)) != nil
                    : (try? GoogleRPC.BadRequest(serialized: payload)) != nil
                #expect((response.error == nil) == decodes, "seed \(seed), payload \(index)")
            }
            await peer.close()
        }
    }
}
