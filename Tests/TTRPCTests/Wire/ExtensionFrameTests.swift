import NIOCore
import Testing

@testable import TTRPC

@Suite("Frames beyond ttRPC")
struct ExtensionFrameTests {
    private static let frames: [(ExtensionFrame, [UInt8])] = [
        (.ping(0x0102), [0, 0, 0, 8, 0, 0, 0, 0, 0x10, 0, 0, 0, 0, 0, 0, 0, 1, 2]),
        (.pong(.max), [0, 0, 0, 8, 0, 0, 0, 0, 0x11, 0] + [UInt8](repeating: 0xFF, count: 8)),
        (.cancel(streamID: 3), [0, 0, 0, 0, 0, 0, 0, 3, 0x12, 0]),
        (.drain(lastStreamID: 5), [0, 0, 0, 4, 0, 0, 0, 0, 0x13, 0, 0, 0, 0, 5]),
        (
            .window(streamID: 7, total: 0x01_0000),
            [0, 0, 0, 8, 0, 0, 0, 7, 0x14, 0, 0, 0, 0, 0, 0, 1, 0, 0]
        ),
    ]

    private func read(_ bytes: [UInt8]) -> ExtensionFrame.Reading? {
        var reader = FrameReader(maxFrameBytes: 1000)
        return bytes.withUnsafeBytes { raw in
            var position = 0
            guard case .frame(let header, let range) = reader.next(raw, &position) else {
                return nil
            }
            return ExtensionFrame.read(header, UnsafeRawBufferPointer(rebasing: raw[range]))
        }
    }

    @Test("each frame is written byte for byte, and read back", arguments: 0..<5)
    func bytes(index: Int) {
        let (frame, bytes) = Self.frames[index]
        var buffer = ByteBuffer()
        frame.write(into: &buffer)
        #expect(Array(buffer.readableBytesView) == bytes)
        #expect(read(bytes) == .frame(frame))
    }

    @Test("a frame on the wrong stream, or of the wrong length, is none", arguments: 0..<5)
    func malformed(index: Int) {
        let bytes = Self.frames[index].1
        var wrongStream = bytes
        wrongStream[7] = wrongStream[7] == 0 ? 1 : 0
        #expect(read(wrongStream) == .malformed)
        var longer = bytes + [0]
        longer[3] += 1
        #expect(read(longer) == .malformed)
    }

    @Test(
        "other kinds are not ours",
        arguments: [0, 1, 2, 3, 4, 0x0F, 0x15, 0x7F, 0xFF] as [UInt8]
    )
    func unknown(kind: UInt8) {
        #expect(read([0, 0, 0, 1, 0, 0, 0, 0, kind, 0, 9]) == .unknown)
    }
}
