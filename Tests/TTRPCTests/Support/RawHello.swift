import NIOCore
import TTRPC
import Testing

/// The question what an end can do beyond ttRPC, and its answer, by hand.
struct RawHello: Equatable {
    static let method = MethodDescriptor(
        service: "remit.rpc.v1.ConnectionService",
        method: "Hello",
        scope: "",
        idempotent: true,
        maxRequestBytes: 0
    )
    static let ping: UInt64 = 1
    static let cancel: UInt64 = 2
    static let drain: UInt64 = 3
    static let window: UInt64 = 4

    var features: [UInt64]
    var windowBytes: UInt64

    init(_ features: [UInt64], windowBytes: UInt64 = 65_536) {
        self.features = features
        self.windowBytes = windowBytes
    }

    init(decoding bytes: [UInt8]) throws {
        self.init([], windowBytes: 0)
        for (number, value) in try HandReader.fields(bytes) {
            switch (number, value) {
            case (1, .data(let packed)): features += packed.map { UInt64($0) }
            case (1, .varint(let feature)): features.append(feature)
            case (2, .varint(let bytes)): windowBytes = bytes
            default: throw HandReader.Malformed()
            }
        }
    }

    /// The encoding.
    var bytes: [UInt8] {
        HandWriter.write { writer in
            writer.data(1, features.map { UInt8($0) })
            writer.number(2, Int64(windowBytes))
        }
    }
}

/// The kinds of frames beyond ttRPC.
extension RawFrame {
    static func ping(_ number: UInt8) -> RawFrame {
        RawFrame(streamID: 0, kind: 0x10, data: [0, 0, 0, 0, 0, 0, 0, number])
    }

    static func pong(_ number: UInt8) -> RawFrame {
        RawFrame(streamID: 0, kind: 0x11, data: [0, 0, 0, 0, 0, 0, 0, number])
    }

    static func cancel(_ streamID: UInt32) -> RawFrame {
        RawFrame(streamID: streamID, kind: 0x12)
    }

    static func drain(_ lastStreamID: UInt8) -> RawFrame {
        RawFrame(streamID: 0, kind: 0x13, data: [0, 0, 0, lastStreamID])
    }

    static func window(_ streamID: UInt32, _ total: UInt64) -> RawFrame {
        let bytes = (0..<8).map { UInt8(truncatingIfNeeded: total >> (56 - 8 * UInt64($0))) }
        return RawFrame(streamID: streamID, kind: 0x14, data: bytes)
    }
}

extension RawPeer {
    /// Says hello to a server as the first call of the connection, on stream 1.
    @discardableResult
    func hello(_ hello: RawHello) async throws -> RawHello {
        let reply = try await call(RawRequest(RawHello.method, payload: hello.bytes), 1)
        return try RawHello(decoding: try #require(reply.payload))
    }

    /// Answers the hello that a client has said, on stream 1.
    @discardableResult
    func answerHello(_ hello: RawHello) async throws -> RawHello {
        let frame = try await nextFrame()
        #expect(frame.streamID == 1)
        let request = try RawRequest(decoding: frame.data)
        #expect(request.method == "Hello")
        #expect(request.service == RawHello.method.service)
        try await send(RawResponse.success(1, payload: hello.bytes))
        return try RawHello(decoding: request.payload)
    }
}
