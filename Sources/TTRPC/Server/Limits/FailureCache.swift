import NIOCore
import ProtobufC

/// Keeps the last error that was written, encoded: under overload the same refusal goes out many
/// times, and what a refusal costs is taken from the work that is done. On one loop.
struct FailureCache {
    private var error: RPCError?
    /// The frame of `error` for stream 0.
    private var frame = ByteBuffer()

    /// Appends the frame of an error.
    ///
    /// - Throws: `WireError`; the buffer is as before then.
    mutating func write(
        _ new: RPCError,
        streamID: UInt32,
        into buffer: inout ByteBuffer,
        arena: Arena
    ) throws(WireError) {
        if error != new {
            frame.clear()
            error = nil
            try FrameWriter.failure(new, streamID: 0, into: &frame, arena: arena)
            error = new
        }
        let start = buffer.writerIndex
        buffer.writeImmutableBuffer(frame)
        buffer.setInteger(streamID, at: start + FrameHeader.streamIDOffset)
    }
}
