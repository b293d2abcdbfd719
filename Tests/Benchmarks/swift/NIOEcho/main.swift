// An echo server of ttRPC on swift-nio alone: what the library below Remit's RPC layer can do.
//
//   NIOEcho PORT       0: any; prints "ready on PORT"
//
// One event loop; frames are read in place, and what one read brought is answered with one write.
// It looks up no method, checks nothing, and runs no handler.
import Foundation
import NIOCore
import NIOPosix

/// Answers each request with its payload.
private final class EchoHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private static let headerBytes = 10
    private static let payloadTag: UInt64 = 3 << 3 | 2
    private static let responsePayloadTag: UInt8 = 2 << 3 | 2
    private static let response: UInt8 = 2

    /// What has come and makes no whole frame yet.
    private var arrived = ByteBuffer()

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var bytes = unwrapInboundIn(data)
        if arrived.readableBytes == 0 { arrived = bytes } else { arrived.writeBuffer(&bytes) }
        var replies = ByteBuffer()
        while let length = arrived.getInteger(at: arrived.readerIndex, as: UInt32.self),
            arrived.readableBytes >= Self.headerBytes + Int(length),
            let header = arrived.readBytes(length: Self.headerBytes),
            let envelope = arrived.readSlice(length: Int(length))
        {
            guard let payload = payload(envelope) else { return context.close(promise: nil) }
            reply(header[4..<8], payload, &replies)
        }
        if arrived.readableBytes == 0 { arrived = ByteBuffer() } else { arrived.discardReadBytes() }
        context.write(wrapOutboundOut(replies), promise: nil)
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        context.flush()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }

    /// The payload of a request; nil for what is no request.
    private func payload(_ envelope: ByteBuffer) -> ByteBuffer? {
        var envelope = envelope
        var payload = ByteBuffer()
        while envelope.readableBytes > 0 {
            guard let tag = varint(&envelope), let value = varint(&envelope) else { return nil }
            guard tag & 7 == 2 else { continue }
            guard let field = envelope.readSlice(length: Int(value)) else { return nil }
            if tag == Self.payloadTag { payload = field }
        }
        return payload
    }

    private func reply(
        _ streamID: ArraySlice<UInt8>,
        _ payload: ByteBuffer,
        _ out: inout ByteBuffer
    ) {
        let start = out.writerIndex
        out.writeInteger(UInt32(0))
        out.writeBytes(streamID)
        out.writeInteger(Self.response)
        out.writeInteger(UInt8(0))
        out.writeInteger(Self.responsePayloadTag)
        var length = payload.readableBytes
        while length > 127 {
            out.writeInteger(UInt8(length & 127 | 128))
            length >>= 7
        }
        out.writeInteger(UInt8(length))
        out.writeImmutableBuffer(payload)
        out.setInteger(UInt32(out.writerIndex - start - Self.headerBytes), at: start)
    }

    private func varint(_ bytes: inout ByteBuffer) -> UInt64? {
        var value: UInt64 = 0
        for shift in stride(from: 0, to: 64, by: 7) {
            guard let byte = bytes.readInteger(as: UInt8.self) else { return nil }
            value |= UInt64(byte & 127) << UInt64(shift)
            if byte < 128 { return value }
        }
        return nil
    }
}

guard CommandLine.arguments.count == 2, let port = Int(CommandLine.arguments[1])
else { fatalError("usage: NIOEcho PORT") }
let server = try await ServerBootstrap(group: MultiThreadedEventLoopGroup(numberOfThreads: 1))
    .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
    .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
    .childChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
            try channel.pipeline.syncOperations.addHandler(EchoHandler())
        }
    }
    .bind(host: "127.0.0.1", port: port).get()
FileHandle.standardOutput.write(Data("ready on \(server.localAddress?.port ?? 0)\n".utf8))
try await server.closeFuture.get()
