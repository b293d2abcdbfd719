import NIOCore
import ProtobufC
import TTRPC
import Testing

@Suite("Frame writer")
struct FrameWriterTests {
    private let arena = Arena(capacity: 1 << 20)

    private func written(
        _ body: (inout ByteBuffer) throws -> Void
    ) rethrows -> [UInt8] {
        var buffer = ByteBuffer()
        try body(&buffer)
        return Array(buffer.readableBytesView)
    }

    private func request(
        _ note: Note,
        timeoutNanoseconds: Int64? = nil,
        metadata: Metadata = Metadata(),
        streamID: UInt32 = 1
    ) throws -> [UInt8] {
        let method = MethodDescriptor(
            service: "s.S",
            method: "M",
            scope: "",
            idempotent: false,
            maxRequestBytes: 0
        )
        return try written { buffer in
            try FrameWriter.request(
                method,
                note,
                timeoutNanoseconds: timeoutNanoseconds,
                metadata: metadata,
                streamID: streamID,
                into: &buffer,
                arena: arena
            )
        }
    }

    @Test("a request without anything beside it has these bytes")
    func plainRequest() throws {
        #expect(
            try request(Note(service: "hi")) == [
                0, 0, 0, 14, 0, 0, 0, 1, 1, 0,  // length, stream, request, no flags
                0x0A, 3, 0x73, 0x2E, 0x53,  // service "s.S"
                0x12, 1, 0x4D,  // method "M"
                0x1A, 4, 0x0A, 2, 0x68, 0x69,  // payload: field 1, "hi"
            ]
        )
    }

    @Test("a request with a time-out and metadata has these bytes")
    func fullRequest() throws {
        let metadata = Metadata([("A", "b"), ("a", "")])
        #expect(
            try request(
                Note(),
                timeoutNanoseconds: 300,
                metadata: metadata,
                streamID: 0x0102_0305
            ) == [
                0, 0, 0, 28, 1, 2, 3, 5, 1, 0,
                0x0A, 3, 0x73, 0x2E, 0x53,
                0x12, 1, 0x4D,
                0x20, 0xAC, 0x02,  // 300 as a varint
                0x2A, 6, 0x0A, 1, 0x61, 0x12, 1, 0x62,  // a key is lowered
                0x2A, 5, 0x0A, 1, 0x61, 0x12, 0,
                0x1A, 0,  // an empty payload
            ]
        )
    }

    @Test(
        "a time-out is written as ten bytes when it is negative, and exactly at the ends",
        arguments: [Int64.min, -1, 0, 1, 127, 128, 16_383, 16_384, Int64.max]
    )
    func timeouts(nanoseconds: Int64) throws {
        let bytes = try request(Note(), timeoutNanoseconds: nanoseconds)
        let expected = HandWriter.write { writer in
            writer.text(1, "s.S")
            writer.text(2, "M")
            writer.number(4, nanoseconds)
            writer.data(3, [])
        }
        #expect(bytes == RawFrame(streamID: 1, kind: 1, data: expected).bytes)
    }

    @Test("a response has these bytes")
    func response() throws {
        let bytes = try written { buffer in
            try FrameWriter.response(
                Note(service: "hi"),
                streamID: 7,
                into: &buffer,
                arena: arena
            )
        }
        #expect(bytes == [0, 0, 0, 6, 0, 0, 0, 7, 2, 0, 0x12, 4, 0x0A, 2, 0x68, 0x69])
    }

    @Test("a failure has these bytes")
    func failure() throws {
        let bytes = try written { buffer in
            try FrameWriter.failure(
                RPCError(.notFound, "no"),
                streamID: 9,
                into: &buffer,
                arena: arena
            )
        }
        #expect(bytes == [0, 0, 0, 8, 0, 0, 0, 9, 2, 0, 0x0A, 6, 0x08, 5, 0x12, 2, 0x6E, 0x6F])
    }

    @Test(
        "lengths are right on both sides of where a varint grows",
        arguments: [0, 1, 123, 124, 125, 126, 127, 128, 129, 16_379, 16_383, 16_384, 100_000]
    )
    func lengths(count: Int) throws {
        let text = String(repeating: "x", count: count)
        let payload = count == 0 ? [] : Probe.payload(text)
        let bytes = try request(Note(service: text), metadata: Metadata([("k", text)]))
        var start = 0
        let frame = try #require(RawFrame.take(bytes, from: &start))
        #expect(start == bytes.count)
        let envelope = try RawRequest(decoding: frame.data)
        #expect(envelope.payload == payload)
        #expect(envelope.metadata == [["k", text]])
        let reply = try written { buffer in
            try FrameWriter.response(
                Note(service: text),
                streamID: 1,
                into: &buffer,
                arena: arena
            )
        }
        #expect(reply == RawResponse.success(1, payload: payload).bytes)
    }

    @Test("what was random comes back the same", arguments: 1...20)
    func roundTrip(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        func text() -> String {
            let alphabet = Array("aZ9 é漢🙂-_/")
            return String(
                (0..<Int.random(in: 0...300, using: &random)).map { _ in
                    alphabet[Int.random(in: 0..<alphabet.count, using: &random)]
                }
            )
        }
        let note = Note(service: text())
        var metadata = Metadata()
        for _ in 0..<Int.random(in: 0...5, using: &random) { metadata.append(text(), text()) }
        let timeout = Int64.random(in: Int64.min...Int64.max, using: &random)
        let streamID = UInt32.random(in: 0...UInt32.max, using: &random)
        let bytes = try request(
            note,
            timeoutNanoseconds: timeout,
            metadata: metadata,
            streamID: streamID
        )
        var reader = FrameReader(maxFrameBytes: 0xFF_FFFF)
        var position = 0
        let item = bytes.withUnsafeBytes { reader.next($0, &position) }
        guard case .frame(let header, let range) = item else {
            Issue.record("not a frame: \(item)")
            return
        }
        #expect(header.streamID == streamID)
        #expect(header.kind == FrameHeader.Kind.request)
        #expect(range.upperBound == bytes.count)
        let envelope = try RawRequest(decoding: Array(bytes[range]))
        #expect(try Note(serialized: envelope.payload) == note)
        #expect(envelope.timeoutNanoseconds == timeout)
        #expect(envelope.metadata == metadata.pairs.map { [$0.key, $0.value] })
    }

    @Test("what cannot be encoded leaves the buffer as it was")
    func refusal() throws {
        var buffer = ByteBuffer(string: "before")
        let nul = WireError.invalidText(
            message: "grpc.health.v1.HealthCheckRequest",
            field: "service"
        )
        #expect(throws: nul) {
            try FrameWriter.response(
                Note(service: "a\0b"),
                streamID: 1,
                into: &buffer,
                arena: arena
            )
        }
        let small = Arena(capacity: 4096)
        #expect(throws: WireError.tooLarge(message: "grpc.health.v1.HealthCheckRequest")) {
            try FrameWriter.response(
                Note(service: String(repeating: "x", count: 5000)),
                streamID: 1,
                into: &buffer,
                arena: small
            )
        }
        #expect(buffer == ByteBuffer(string: "before"))
        try FrameWriter.response(Note(), streamID: 1, into: &buffer, arena: arena)
        #expect(Array(buffer.readableBytesView.dropFirst(6)).count == 12)
    }
}
