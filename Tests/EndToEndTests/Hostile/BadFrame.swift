import ProtobufC
import TTRPC
import Testing

/// Something on a connection that is not as it should be, and what must come of it.
struct BadFrame: Sendable, CustomTestStringConvertible {
    /// What must come of it.
    enum Outcome: Sendable {
        /// The service closes the connection.
        case closed
        /// The last stream is answered with an error, and the connection goes on.
        case refused(RPCCode, String)
        /// Nothing comes back, and the connection goes on.
        case dropped
        /// Nothing is waited for.
        case any
    }

    let name: String
    let outcome: Outcome
    /// The stream that a health check takes afterwards, on the same connection.
    var nextStreamID: UInt32 = 101
    let act: @Sendable (RawConnection) async -> Void

    var testDescription: String { name }

    init(
        _ name: String,
        _ outcome: Outcome,
        nextStreamID: UInt32 = 101,
        _ act: @escaping @Sendable (RawConnection) async -> Void
    ) {
        self.name = name
        self.outcome = outcome
        self.nextStreamID = nextStreamID
        self.act = act
    }

    /// The same bytes in one write.
    init(
        _ name: String,
        _ outcome: Outcome,
        nextStreamID: UInt32 = 101,
        bytes: [UInt8]
    ) {
        self.init(name, outcome, nextStreamID: nextStreamID) { await $0.send(bytes) }
    }

    /// Does it on a new connection, and expects its outcome.
    func check(_ address: String) async throws {
        let connection = try await RawConnection.open(address)
        await act(connection)
        switch outcome {
        case .closed: try await connection.end()
        case .refused(let code, let reason):
            let error = try await connection.next().error
            #expect(error?.code == code)
            #expect(error?.reason == reason)
            #expect(try await connection.isServing(streamID: nextStreamID))
        case .dropped: #expect(try await connection.isServing(streamID: nextStreamID))
        case .any: break
        }
        await connection.close()
    }

    private static let health = HandEncoding.health

    /// Frames that are wrong as frames.
    static let frames: [BadFrame] =
        [UInt8(1), 0x16, 0x47, 0x80, 0xFF].map { first in
            BadFrame("a length that begins with \(first)", .closed, bytes: [first, 0, 0, 10, 0])
        } + [
            BadFrame("HTTP", .closed, bytes: Array("GET / HTTP/1.1\r\n\r\n".utf8)),
            BadFrame("TLS", .closed, bytes: [0x16, 3, 1, 2, 0, 1, 0, 1, 0xFC, 3, 3]),
            BadFrame(
                "a sound frame, then no frame",
                .closed,
                bytes: HandEncoding.frame(health) + [0xDE, 0xAD, 0xBE, 0xEF]
            ),
            BadFrame(
                "one byte more than a frame may have",
                .refused(.resourceExhausted, "MESSAGE_TOO_LARGE"),
                bytes: HandEncoding.frame([UInt8](repeating: 0, count: 65_537))
            ),
            BadFrame(
                "the longest frame there is",
                .refused(.resourceExhausted, "MESSAGE_TOO_LARGE")
            ) {
                await $0.send(HandEncoding.header(length: 0xFF_FFFF))
                let part = [UInt8](repeating: 0x41, count: 0x1_0000)
                for _ in 0..<255 { await $0.send(part) }
                await $0.send([UInt8](repeating: 0x41, count: 0xFFFF))
            },
            BadFrame("the longest frame there is, cut off", .any) {
                await $0.send(HandEncoding.header(length: 0xFF_FFFF) + [1, 2, 3])
            },
            BadFrame("a long frame of another kind", .dropped) {
                await $0.send(HandEncoding.frame([UInt8](repeating: 0, count: 70_000), kind: 3))
            },
            BadFrame("a header alone, then closed", .any) {
                await $0.send(HandEncoding.header(length: 100))
            },
            BadFrame("a header alone, then half-closed", .closed) {
                await $0.send(HandEncoding.header(length: 100))
                await $0.halfClose()
            },
            BadFrame("half a frame, then half-closed", .closed) {
                await $0.send(Array(HandEncoding.frame(health).dropLast(5)))
                await $0.halfClose()
            },
            BadFrame("half a header, then half-closed", .closed) {
                await $0.send([0, 0, 0])
                await $0.halfClose()
            },
            BadFrame("nothing, then half-closed", .closed) { await $0.halfClose() },
            BadFrame("a connection that says nothing", .any) { _ in },
        ]

    /// Streams and kinds that are not for clients.
    static let streams: [BadFrame] =
        ([0, 4, 9, 0x7F, 0xFF] as [UInt8]).map { kind in
            BadFrame("kind \(kind)", .dropped, bytes: HandEncoding.frame(health, kind: kind))
        } + [
            BadFrame("a response", .dropped, bytes: HandEncoding.frame(health, kind: 2)),
            BadFrame("data of no stream", .dropped, bytes: HandEncoding.frame([1], kind: 3)),
            BadFrame(
                "kind 9 on stream 0",
                .dropped,
                bytes: HandEncoding.frame([], streamID: 0, kind: 9)
            ),
            BadFrame(
                "a client stream",
                .refused(.unimplemented, "STREAMING"),
                bytes: HandEncoding.frame(health, flags: 2)
            ),
        ]
        + ([0, 2, 100, 0xFFFF_FFFE] as [UInt32]).map { streamID in
            BadFrame(
                "stream \(streamID)",
                .refused(.invalidArgument, "BAD_STREAM_ID"),
                bytes: HandEncoding.frame(health, streamID: streamID)
            )
        }
        + ([(7, 7), (7, 5), (7, 1), (0x7FFF_FFFF, 3)] as [(UInt32, UInt32)]).map { first, second in
            BadFrame(
                "stream \(first), then \(second)",
                .refused(.invalidArgument, "BAD_STREAM_ID"),
                nextStreamID: first + 2
            ) {
                _ = try? await $0.isServing(streamID: first)
                await $0.send(HandEncoding.frame(health, streamID: second))
            }
        }

    /// Envelopes that are wrong inside a sound frame.
    static let envelopes: [BadFrame] = {
        let malformed = Outcome.refused(.invalidArgument, "MALFORMED_MESSAGE")
        let badText = Outcome.refused(.invalidArgument, "BAD_TEXT")
        let pair = { (key: [UInt8], value: [UInt8]) in
            health + HandEncoding.data(5, HandEncoding.data(1, key) + HandEncoding.data(2, value))
        }
        let one = { (name: String, outcome: Outcome, data: [UInt8]) in
            BadFrame(name, outcome, bytes: HandEncoding.frame(data))
        }
        return [
            one("no envelope", .refused(.unimplemented, "UNKNOWN_SERVICE"), []),
            one("zeros", malformed, [UInt8](repeating: 0, count: 64)),
            one("a cut envelope", malformed, health.dropLast()),
            one("a length beyond the end", malformed, HandEncoding.tag(3, 2) + [0x7F, 1]),
            one(
                "a length of 2^63",
                malformed,
                HandEncoding.tag(3, 2) + HandEncoding.varint(1 << 63)
            ),
            one(
                "a length just below 2^64",
                malformed,
                HandEncoding.tag(3, 2) + HandEncoding.varint(.max)
            ),
            one(
                "a length of 2^32 + 1",
                malformed,
                HandEncoding.tag(3, 2) + HandEncoding.varint(1 << 32 + 1) + [1]
            ),
            one(
                "a varint of 2,000 bytes",
                malformed,
                HandEncoding.tag(4, 0) + [UInt8](repeating: 0x80, count: 2000) + [1]
            ),
            one("field 0", malformed, HandEncoding.number(0, 1)),
            one("a group", malformed, HandEncoding.tag(99, 3) + HandEncoding.tag(99, 4)),
            one("metadata with a bad key", badText, pair([0xFF], [0x61])),
            one("metadata with a bad value", badText, pair([0x61], [0xC0, 0x80])),
            one("metadata with a NUL", badText, pair([0x61], [0x61, 0])),
        ]
    }()
}
