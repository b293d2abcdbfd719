import TTRPC
import Testing

/// What a reader made of some bytes.
private enum Seen: Equatable {
    case frame(RawFrame)
    case oversized(streamID: UInt32, length: Int)
    case violation
}

/// A reader with the bytes it has not used, as a connection keeps them.
private struct Feeder {
    var reader: FrameReader
    var rest: [UInt8] = []
    var seen: [Seen] = []

    init(limit: Int) {
        reader = FrameReader(maxFrameBytes: limit)
    }

    mutating func feed(_ bytes: some Sequence<UInt8>) {
        guard seen.last != .violation else { return }
        rest += bytes
        var position = 0
        rest.withUnsafeBytes { raw in
            while true {
                let before = position
                let item = reader.next(raw, &position)
                #expect((before...raw.count).contains(position))
                switch item {
                case .frame(let header, let range):
                    #expect(range.count == header.length)
                    seen.append(
                        .frame(
                            RawFrame(
                                streamID: header.streamID,
                                kind: header.kind,
                                flags: header.flags,
                                data: Array(raw[range])
                            )
                        )
                    )
                case .oversized(let header):
                    seen.append(.oversized(streamID: header.streamID, length: header.length))
                case .needMore:
                    return
                case .violation:
                    seen.append(.violation)
                    return
                }
            }
        }
        rest.removeFirst(position)
    }
}

/// The same, found the slow and plain way over all bytes at once.
private func reference(_ bytes: [UInt8], limit: Int) -> [Seen] {
    var seen: [Seen] = []
    var rest = bytes[...]
    while let first = rest.first {
        guard first == 0 else { return seen + [.violation] }
        guard rest.count >= 10 else { return seen }
        let head = Array(rest.prefix(10))
        let length = Int(head[1]) << 16 | Int(head[2]) << 8 | Int(head[3])
        let streamID = head[4..<8].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
        let body = rest.dropFirst(10)
        if length > limit {
            seen.append(.oversized(streamID: streamID, length: length))
        } else {
            guard body.count >= length else { return seen }
            seen.append(
                .frame(
                    RawFrame(
                        streamID: streamID,
                        kind: head[8],
                        flags: head[9],
                        data: Array(body.prefix(length))
                    )
                )
            )
        }
        rest = body.dropFirst(length)
    }
    return seen
}

@Suite("Frame reader")
struct FrameReaderTests {
    private struct Case: CustomTestStringConvertible {
        let name: String
        let bytes: [UInt8]
        var limit = 8
        let seen: [Seen]
        var unused = 0
        var testDescription: String { name }
    }

    private static let small = RawFrame(streamID: 1, kind: 1, data: [0xA, 0xB])
    private static let empty = RawFrame(streamID: 0xFFFF_FFFF, kind: 3, flags: 5)
    private static let full = RawFrame(streamID: 3, kind: 2, data: Array(1...8))
    private static let long = RawFrame(streamID: 5, kind: 1, data: Array(1...9))

    private static let cases = [
        Case(name: "nothing", bytes: [], seen: []),
        Case(name: "a frame without data", bytes: empty.bytes, seen: [.frame(empty)]),
        Case(name: "a frame", bytes: small.bytes, seen: [.frame(small)]),
        Case(
            name: "frames one behind another",
            bytes: small.bytes + empty.bytes + full.bytes,
            seen: [.frame(small), .frame(empty), .frame(full)]
        ),
        Case(name: "one byte of a header", bytes: [0], seen: [], unused: 1),
        Case(
            name: "nine bytes of a header",
            bytes: [0, 0, 0, 0, 0, 0, 0, 1, 1],
            seen: [],
            unused: 9
        ),
        Case(
            name: "a header whose data is to come",
            bytes: [0, 0, 0, 1, 0, 0, 0, 1, 1, 0],
            seen: [],
            unused: 10
        ),
        Case(
            name: "all but one byte of a frame",
            bytes: small.bytes.dropLast(),
            seen: [],
            unused: 11
        ),
        Case(name: "as long as the limit", bytes: full.bytes, seen: [.frame(full)]),
        Case(
            name: "one byte longer than the limit",
            bytes: long.bytes + small.bytes,
            seen: [.oversized(streamID: 5, length: 9), .frame(small)]
        ),
        Case(
            name: "the longest length there is",
            bytes: RawFrame.header(length: 0xFF_FFFF, streamID: 7, kind: 1) + [1, 2, 3],
            seen: [.oversized(streamID: 7, length: 0xFF_FFFF)]
        ),
        Case(name: "a first byte that is not zero", bytes: [1], seen: [.violation], unused: 1),
        Case(
            name: "a length of more than 24 bits",
            bytes: RawFrame.header(length: 0x100_0000, streamID: 1, kind: 1),
            seen: [.violation],
            unused: 10
        ),
        Case(
            name: "text of another protocol",
            bytes: Array("GET / HTTP/1.1\r\n\r\n".utf8),
            seen: [.violation],
            unused: 18
        ),
        Case(
            name: "garbage behind a frame",
            bytes: small.bytes + [0xFF],
            seen: [.frame(small), .violation],
            unused: 1
        ),
    ]

    @Test("finds what stands in the bytes", arguments: cases)
    private func table(_ row: Case) {
        var feeder = Feeder(limit: row.limit)
        feeder.feed(row.bytes)
        #expect(feeder.seen == row.seen)
        #expect(feeder.rest.count == row.unused)
        #expect(reference(row.bytes, limit: row.limit) == row.seen)
    }

    @Test("finds the same wherever the stream is cut once, twice, or at every byte")
    func splits() {
        let frames = [Self.small, Self.long, Self.empty, Self.full, Self.long, Self.small]
        let bytes = frames.flatMap(\.bytes) + [0, 0]
        let expected = reference(bytes, limit: 8)
        #expect(expected.count == frames.count)
        for first in 0...bytes.count {
            for second in first...bytes.count {
                var feeder = Feeder(limit: 8)
                feeder.feed(bytes[..<first])
                feeder.feed(bytes[first..<second])
                feeder.feed(bytes[second...])
                #expect(feeder.seen == expected, "cut at \(first) and \(second)")
            }
        }
        var feeder = Feeder(limit: 8)
        for byte in bytes { feeder.feed([byte]) }
        #expect(feeder.seen == expected)
    }

    @Test("tells while it skips the data of a frame that is too long, and stores none of it")
    func skipping() {
        var feeder = Feeder(limit: 8)
        feeder.feed(RawFrame.header(length: 1000, streamID: 1, kind: 1))
        #expect(feeder.reader.isSkipping)
        for _ in 0..<9 {
            feeder.feed([UInt8](repeating: 0xFF, count: 100))
            #expect(feeder.rest.isEmpty)
            #expect(feeder.reader.isSkipping)
        }
        feeder.feed([UInt8](repeating: 0xFF, count: 100))
        #expect(!feeder.reader.isSkipping)
        feeder.feed(Self.small.bytes)
        #expect(feeder.seen == [.oversized(streamID: 1, length: 1000), .frame(Self.small)])
    }

    @Test("agrees with the plain way on random bytes, however they are cut", arguments: 1...40)
    func random(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        for _ in 0..<50 {
            var bytes: [UInt8] = []
            while bytes.count < 400 {
                // Lengths that can be there, then whatever: most streams go on for some frames.
                let length = Int.random(in: 0...40, using: &random)
                bytes += [0, 0, 0, UInt8(length)]
                bytes += (0..<6 + length).map { _ in UInt8.random(in: 0...255, using: &random) }
                if UInt8.random(in: 0..<8, using: &random) == 0 {
                    bytes += (0..<3).map { _ in UInt8.random(in: 0...255, using: &random) }
                }
            }
            var feeder = Feeder(limit: 24)
            var rest = bytes[...]
            while !rest.isEmpty {
                let count = Int.random(in: 1...min(rest.count, 60), using: &random)
                feeder.feed(rest.prefix(count))
                rest = rest.dropFirst(count)
            }
            #expect(feeder.seen == reference(bytes, limit: 24), "seed \(seed)")
        }
    }

    @Test("a frame that is given up is skipped, wherever it is cut", arguments: 10..<18)
    func abandoned(count: Int) throws {
        let frame = RawFrame(streamID: 7, kind: 1, flags: 1, data: Array(1...8))
        let bytes = frame.bytes + Self.small.bytes
        var reader = FrameReader(maxFrameBytes: 8)
        let beginning = Array(bytes[..<count])
        let header = beginning.withUnsafeBytes { reader.abandon($0) }
        #expect(header?.length == 8)
        #expect(header?.streamID == 7)
        #expect(header?.kind == 1)
        #expect(header?.flags == 1)
        #expect(reader.isSkipping)
        // What comes behind it is read as ever.
        let rest = Array(bytes[count...])
        var position = 0
        let next = rest.withUnsafeBytes { reader.next($0, &position) }
        let start = 18 - count + 10
        guard case .frame(let small, start..<start + 2) = next else {
            Issue.record("no frame, but \(next)")
            return
        }
        #expect(small.streamID == Self.small.streamID)
        #expect(!reader.isSkipping)
    }

    @Test("a frame whose header is not here cannot be given up", arguments: 0..<10)
    func notAbandoned(count: Int) {
        var reader = FrameReader(maxFrameBytes: 8)
        let beginning = Array(Self.full.bytes[..<count])
        #expect(beginning.withUnsafeBytes { reader.abandon($0) } == nil)
        #expect(!reader.isSkipping)
    }
}
